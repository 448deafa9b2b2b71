import { percentile, summariseOrder, type SeenFrameSample } from './frameSummary.ts';

/** What a viewer saw within one second. */
export interface SecondSummary {
  readonly frames: number;
  readonly decodedRatio: number;
  /** How far behind the screen the pictures were when they were painted; NaN without pictures. */
  readonly p50Ms: number;
  readonly maxMs: number;
  /** `WIDTHxHEIGHT` of the pictures, each once. */
  readonly sizes: readonly string[];
}

/** Pictures in whole seconds from `startMs` on; what came after the last whole second is left out. */
export function summariseSeconds(
  samples: readonly SeenFrameSample[],
  { startMs, endMs }: { startMs: number; endMs: number },
): SecondSummary[] {
  const seconds: SeenFrameSample[][] = Array.from(
    { length: Math.floor((endMs - startMs) / 1_000) },
    () => [],
  );
  for (const sample of samples) seconds[Math.floor((sample.seenAtMs - startMs) / 1_000)]?.push(sample);
  return seconds.map((second) => {
    const agesMs = second.flatMap(({ pattern, seenAtMs }) =>
      pattern === undefined ? [] : [seenAtMs - pattern.wallMs],
    );
    return {
      frames: second.length,
      decodedRatio: summariseOrder(second).decodedRatio,
      p50Ms: percentile(agesMs, 0.5),
      maxMs: percentile(agesMs, 1),
      sizes: [...new Set(second.map(({ width, height }) => `${width}x${height}`))],
    };
  });
}

/**
 * How old the picture on show has ever been, ms: a picture ages until the next one that can be read takes its
 * place, the last one until `endMs`. NaN without pictures.
 */
export function greatestAgeMs(samples: readonly SeenFrameSample[], endMs: number): number {
  const readable = samples.flatMap(({ pattern, seenAtMs }) =>
    pattern === undefined ? [] : [{ wallMs: pattern.wallMs, seenAtMs }],
  );
  return percentile(
    readable.map(({ wallMs }, index) => (readable[index + 1]?.seenAtMs ?? endMs) - wallMs),
    1,
  );
}
