import type { PatternPayload } from '../pattern/patternPayload.ts';

/** A picture that a viewer or a decoder saw. */
export interface FrameSample {
  /** Undefined where the picture had no pattern that could be read. */
  readonly pattern: PatternPayload | undefined;
  readonly width: number;
  readonly height: number;
}

/** A picture seen at a known time, `Date.now()` ms of the watching page. */
export interface SeenFrameSample extends FrameSample {
  readonly seenAtMs: number;
}

export interface OrderSummary {
  /** Pictures seen. */
  readonly frames: number;
  /** Share of pictures whose pattern could be read. */
  readonly decodedRatio: number;
  /** Pictures that are older than one seen before. */
  readonly outOfOrder: number;
  /** Pictures that show the same frame as the one before. */
  readonly duplicates: number;
  /** Frames between the first and the last that never showed. */
  readonly missing: number;
}

export interface LatencySummary extends OrderSummary {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly fps: number;
}

/**
 * The value that share `quantile` (0 to 1) of `values` does not exceed (nearest rank).
 * NaN without values.
 */
export function percentile(values: readonly number[], quantile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? Number.NaN;
}

/** Order and completeness of the frames of one display. */
export function summariseOrder(samples: readonly FrameSample[]): OrderSummary {
  const numbers = samples.flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern.frame]));
  let newest = -1;
  let previous = -1;
  let outOfOrder = 0;
  let duplicates = 0;
  for (const number of numbers) {
    if (number === previous) duplicates += 1;
    else if (number < newest) outOfOrder += 1;
    newest = Math.max(newest, number);
    previous = number;
  }
  const seen = new Set(numbers);
  const oldest = numbers.reduce((least, number) => Math.min(least, number), newest);
  return {
    frames: samples.length,
    decodedRatio: samples.length === 0 ? Number.NaN : numbers.length / samples.length,
    outOfOrder,
    duplicates,
    missing: seen.size === 0 ? 0 : newest - oldest + 1 - seen.size,
  };
}

/** The same, and how far behind the screen the pictures were. A repeated picture is not counted as late. */
export function summariseLatency(samples: readonly SeenFrameSample[]): LatencySummary {
  const latenciesMs: number[] = [];
  const seen = new Set<number>();
  for (const { pattern, seenAtMs } of samples) {
    if (pattern === undefined || seen.has(pattern.frame)) continue;
    seen.add(pattern.frame);
    latenciesMs.push(seenAtMs - pattern.wallMs);
  }
  const spanMs = (samples.at(-1)?.seenAtMs ?? 0) - (samples[0]?.seenAtMs ?? 0);
  return {
    ...summariseOrder(samples),
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    maxMs: percentile(latenciesMs, 1),
    fps: spanMs > 0 ? ((samples.length - 1) * 1000) / spanMs : Number.NaN,
  };
}
