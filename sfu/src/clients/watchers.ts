import type { Watcher } from './events.ts';

/** What {@link Watchers} tell. */
export interface WatchersListener {
  /** How many accounts there are now. */
  counted(accounts: number): void;
  began(watcher: Watcher): void;
  ended(watcher: Watcher): void;
}

/** The accounts that see a client's screens, each with however many streams in however many tabs. */
export class Watchers {
  readonly #listener: WatchersListener;
  readonly #streams = new Map<string, number>();

  constructor(listener: WatchersListener) {
    this.#listener = listener;
  }

  /** How many accounts. */
  get count(): number {
    return this.#streams.size;
  }

  /** A dashboard of this account began (+1) or ceased (−1) to receive a stream. */
  change(watcher: Watcher, change: 1 | -1): void {
    const before = this.#streams.size;
    const count = (this.#streams.get(watcher.accountId) ?? 0) + change;
    if (count > 0) this.#streams.set(watcher.accountId, count);
    else this.#streams.delete(watcher.accountId);
    const after = this.#streams.size;
    if (after === before) return;
    this.#listener.counted(after);
    if (after > before) this.#listener.began(watcher);
    else this.#listener.ended(watcher);
  }
}
