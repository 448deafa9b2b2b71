/** Tells the time of the clock with which a capture stamps its frames. */
export interface CaptureClock {
  /** A frame with this stamp has just come. */
  saw(timestampUs: number): void;
  /** Undefined until the first frame has come. */
  nowUs(): number | undefined;
  /** When that was by our own clock. */
  toMs(timestampUs: number): number;
}

/**
 * Builds a {@link CaptureClock}: the base of the stamps is not specified, so that it is told from when frames come.
 * The one that took the shortest way counts.
 */
export function createCaptureClock(nowMs: () => number): CaptureClock {
  let offsetMs: number | undefined;
  return {
    saw(timestampUs) {
      const candidateMs = nowMs() - timestampUs / 1_000;
      if (offsetMs === undefined || candidateMs < offsetMs) offsetMs = candidateMs;
    },
    nowUs: () => (offsetMs === undefined ? undefined : (nowMs() - offsetMs) * 1_000),
    toMs: (timestampUs) => timestampUs / 1_000 + (offsetMs ?? 0),
  };
}
