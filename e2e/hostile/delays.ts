import type { Samples } from './protocol.ts';

/** How a good client fared. */
export interface Delays {
  readonly requests: number;
  readonly socketP99Ms: number;
  readonly httpP99Ms: number;
  /** The worse of the two. */
  readonly p99Ms: number;
  readonly failures: readonly string[];
}

/** Sums up what a good client has measured. */
export function describeSamples({ socketMs, httpMs, failures }: Samples): Delays {
  const socketP99Ms = percentile99(socketMs);
  const httpP99Ms = percentile99(httpMs);
  return {
    requests: socketMs.length + httpMs.length,
    socketP99Ms,
    httpP99Ms,
    p99Ms: Math.max(socketP99Ms, httpP99Ms),
    failures,
  };
}

/** The smallest value that 99 of 100 do not exceed, to a tenth; of nothing, infinity. */
function percentile99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
  return Math.round(value * 10) / 10;
}
