/** Whether a value is the one that a write was to make. */
type Matches<T> = (value: T) => boolean;

/**
 * What something on the server must be, whatever happens to the server: what was acknowledged last, or what was asked
 * for since then, for that may have been done without anybody's being told.
 */
export class Expectation<T> {
  #acknowledged: T;
  #open: Matches<T>[] = [];

  constructor(acknowledged: T) {
    this.#acknowledged = acknowledged;
  }

  /** What counts as long as nothing is open. */
  get acknowledged(): T {
    return this.#acknowledged;
  }

  /**
   * Makes a write; writes to the same thing must not overlap.
   *
   * @param matches what it may lead to without an acknowledgement.
   * @param write resolves with what was acknowledged. If it throws, the write stays open.
   */
  async write(matches: Matches<T>, write: () => Promise<T>): Promise<void> {
    this.#open.push(matches);
    this.#acknowledged = await write();
    this.#open = [];
  }

  /** Whether `actual` can be. */
  allows(actual: T): boolean {
    return actual === this.#acknowledged || this.#open.some((matches) => matches(actual));
  }

  /** Takes what is there now for what counts from now on. @throws Error if it cannot be */
  settle(what: string, actual: T): void {
    if (!this.allows(actual)) {
      const open =
        this.#open.length === 0 ? 'nothing was asked for since' : `${this.#open.length} writes were open`;
      throw new Error(
        `${what} is ${String(actual)}, but ${String(this.#acknowledged)} was acknowledged and ${open}`,
      );
    }
    this.#acknowledged = actual;
    this.#open = [];
  }
}
