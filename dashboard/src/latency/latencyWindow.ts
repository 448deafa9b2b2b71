/** The last second of latencies, of which the median is shown. */
export interface LatencyWindow {
  add(atMs: number, latencyMs: number): void;
  /** The median of the second that ended with the newest sample; undefined before the first. */
  medianMs(): number | undefined;
  clear(): void;
}

const WINDOW_MS = 1_000;

/** Builds an empty {@link LatencyWindow}. */
export function createLatencyWindow(): LatencyWindow {
  let samples: { atMs: number; latencyMs: number }[] = [];
  return {
    add(atMs, latencyMs) {
      samples = samples.filter((sample) => atMs - sample.atMs < WINDOW_MS);
      samples.push({ atMs, latencyMs });
    },
    medianMs() {
      const sorted = samples.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
      const upper = sorted[Math.floor(sorted.length / 2)];
      const lower = sorted[Math.floor((sorted.length - 1) / 2)];
      return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
    },
    clear() {
      samples = [];
    },
  };
}
