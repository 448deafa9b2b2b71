/** Anything a test opens and must close again. */
export interface Closable {
  close(): Promise<void> | void;
}

/** What a test file opened; closed in reverse order. */
export interface Cleanup extends Closable {
  /** Remembers `closable` and hands it back. */
  use<T extends Closable>(closable: T): T;
  /** @throws AggregateError of all that failed; every other closable was closed nevertheless. */
  close(): Promise<void>;
}

export function createCleanup(): Cleanup {
  const opened: Closable[] = [];
  return {
    use(closable) {
      opened.push(closable);
      return closable;
    },
    async close() {
      const failures: unknown[] = [];
      for (let closable = opened.pop(); closable !== undefined; closable = opened.pop()) {
        try {
          await closable.close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed');
    },
  };
}
