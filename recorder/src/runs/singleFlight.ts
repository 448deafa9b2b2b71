/** Work that is done again and again, but never twice at the same time. */
export interface SingleFlight {
  /** Begins it, unless it is under way. */
  start(): void;
  /** Resolves when it is not under way. */
  idle(): Promise<void>;
}

/** @param onError told of what the work threw */
export function createSingleFlight(
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): SingleFlight {
  let underWay: Promise<void> | undefined;
  return {
    start() {
      underWay ??= work()
        .catch(onError)
        .finally(() => (underWay = undefined));
    },
    async idle() {
      await underWay;
    },
  };
}
