import { describe, expect, it } from '@jest/globals';
import { type SeenFrameSample, percentile, summariseLatency, summariseOrder } from './frameSummary.ts';

function sample(frame: number | undefined, latencyMs = 50): SeenFrameSample {
  const wallMs = 1_000_000 + (frame ?? 0) * 100;
  return {
    pattern: frame === undefined ? undefined : { frame, wallMs, displayId: 1 },
    seenAtMs: wallMs + latencyMs,
    width: 1280,
    height: 720,
  };
}

describe('frame summary', () => {
  it('counts what was unreadable, repeated, late in order, or never seen', () => {
    const samples = [sample(1), sample(2), sample(2), sample(5), sample(4), sample(undefined), sample(8)];
    expect(summariseOrder(samples)).toEqual({
      frames: 7,
      decodedRatio: 6 / 7,
      outOfOrder: 1,
      duplicates: 1,
      missing: 3,
    });
  });

  it('gives latency percentiles over first sightings, and the rate', () => {
    const samples = [sample(0, 40), sample(1, 60), sample(1, 160), sample(2, 80), sample(3, 40)];
    const summary = summariseLatency(samples);
    expect(summary).toMatchObject({ p50Ms: 40, p95Ms: 80, maxMs: 80 });
    expect(summary.fps).toBeCloseTo(40 / 3);
  });

  it('has no number where there was nothing to measure', () => {
    expect(percentile([], 0.5)).toBeNaN();
    expect(summariseLatency([])).toMatchObject({ frames: 0, missing: 0, p50Ms: Number.NaN, fps: Number.NaN });
  });
});
