import type { MediaEngine, MediaRouter, Placement } from '../media/types.ts';

/** The router on which an agent lives; another one after its worker died. */
export class AgentPlacement {
  readonly #engine: MediaEngine;
  readonly #companyId: string;
  readonly #onLost: () => void;
  #placement: Promise<Placement> | undefined;

  /** @param onLost the router is gone, with all that was on it */
  constructor(engine: MediaEngine, companyId: string, onLost: () => void) {
    this.#engine = engine;
    this.#companyId = companyId;
    this.#onLost = onLost;
  }

  /** Places the agent, unless it has its place. */
  async router(): Promise<MediaRouter> {
    const placing = (this.#placement ??= this.#place());
    return (await placing).router;
  }

  /** The agent does not count as load any more. May be called again. */
  release(): void {
    this.#placement?.then(
      (placement) => placement.release(),
      () => undefined, // whoever asked for the placement has been told
    );
    this.#placement = undefined;
  }

  #place(): Promise<Placement> {
    const placing = this.#engine.placeAgent(this.#companyId);
    placing.then(
      (placement) => {
        placement.router.onClosed(() => this.#displaced(placing, placement));
      },
      () => {
        this.#placement = undefined;
      },
    );
    return placing;
  }

  #displaced(placing: Promise<Placement>, placement: Placement): void {
    placement.release();
    if (this.#placement !== placing) return;
    this.#placement = undefined;
    this.#onLost();
  }
}
