import { describe, expect, it } from '@jest/globals';
import { pauseAround, summariseCoverage } from './coverage.ts';
import type { FrameSample } from './frameSummary.ts';

const at = (wallMs: number | undefined): FrameSample => ({
  pattern: wallMs === undefined ? undefined : { frame: 0, wallMs, displayId: 1 },
  width: 1280,
  height: 720,
});

describe('coverage', () => {
  it('leaves out what lies between pictures that are too far apart', () => {
    const samples = [1_000, 1_100, undefined, 1_200, 5_000, 5_100].map(at);
    expect(summariseCoverage(samples, 500)).toEqual({
      fromMs: 1_000,
      toMs: 5_100,
      coveredMs: 300,
      gaps: [{ fromMs: 1_200, toMs: 5_000 }],
      longestPauseMs: 3_800,
    });
  });

  it('does not depend on the order of the pictures', () => {
    expect(summariseCoverage([at(3_000), at(1_000), at(2_000)], 1_000)).toMatchObject({
      coveredMs: 2_000,
      gaps: [],
    });
  });

  it('names the pictures around a moment, or those behind what came shortly after it', () => {
    const samples = [1_000, 1_100, 5_000].map(at);
    expect(pauseAround(samples, 1_500)).toEqual({ fromMs: 1_100, toMs: 5_000 });
    expect(pauseAround(samples, 1_096)).toEqual({ fromMs: 1_100, toMs: 5_000 });
    expect(pauseAround(samples, 700)).toBeUndefined();
    expect(pauseAround(samples, 5_000)).toBeUndefined();
  });

  it('is nothing without a picture', () => {
    expect(summariseCoverage([at(undefined)], 500)).toMatchObject({ coveredMs: 0, gaps: [] });
  });
});
