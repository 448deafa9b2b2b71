import { describe, expect, it } from '@jest/globals';
import type { SeenFrameSample } from './frameSummary.ts';
import { greatestAgeMs, summariseSeconds } from './perSecond.ts';

const seen = (seenAtMs: number, ageMs?: number): SeenFrameSample => ({
  pattern: ageMs === undefined ? undefined : { frame: seenAtMs, wallMs: seenAtMs - ageMs, displayId: 1 },
  seenAtMs,
  width: 1280,
  height: 720,
});

describe('pictures by seconds', () => {
  it('are counted and aged within each second, also where there were none', () => {
    const samples = [
      seen(900, 1),
      seen(1_000, 50),
      seen(1_500, 70),
      seen(1_999),
      seen(3_100, 40),
      seen(4_000, 9),
    ];
    expect(summariseSeconds(samples, { startMs: 1_000, endMs: 4_900 })).toEqual([
      { frames: 3, decodedRatio: 2 / 3, p50Ms: 50, maxMs: 70, sizes: ['1280x720'] },
      { frames: 0, decodedRatio: Number.NaN, p50Ms: Number.NaN, maxMs: Number.NaN, sizes: [] },
      { frames: 1, decodedRatio: 1, p50Ms: 40, maxMs: 40, sizes: ['1280x720'] },
    ]);
  });

  it('grow old until the next one that can be read', () => {
    expect(greatestAgeMs([seen(1_000, 50), seen(1_200), seen(1_500, 100)], 1_600)).toBe(550);
    expect(greatestAgeMs([seen(1_000, 50)], 3_000)).toBe(2_050);
    expect(greatestAgeMs([], 3_000)).toBeNaN();
  });
});
