/** Which accounts have a dashboard open, in however many tabs. */
export class AccountsOnline {
  readonly #tabs = new Map<string, number>();

  /** A tab was opened. Returns what to call, once, when it is closed. */
  tabOpened(accountId: string): () => void {
    this.#tabs.set(accountId, (this.#tabs.get(accountId) ?? 0) + 1);
    return () => {
      const left = (this.#tabs.get(accountId) ?? 0) - 1;
      if (left > 0) this.#tabs.set(accountId, left);
      else this.#tabs.delete(accountId);
    };
  }

  isOnline(accountId: string): boolean {
    return this.#tabs.has(accountId);
  }
}
