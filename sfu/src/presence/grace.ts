import type { Clock } from '@sightline/shared';

/** The time that a client may take to come back. It runs on a timer: setting the wall clock changes nothing. */
export class Grace {
  readonly #clock: Clock;
  readonly #over: () => void;
  #cancel: (() => void) | undefined;
  #endsAtMs: number | null = null;

  /** @param over the client did not come back */
  constructor(clock: Clock, over: () => void) {
    this.#clock = clock;
    this.#over = over;
  }

  /** When it will be over, by the wall clock. Null: it does not run. */
  get endsAtMs(): number | null {
    return this.#endsAtMs;
  }

  start(delayMs: number): void {
    this.end();
    this.#endsAtMs = this.#clock.nowMs() + delayMs;
    this.#cancel = this.#clock.after(delayMs, this.#over);
  }

  /** The client came back, or has left. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#endsAtMs = null;
  }
}
