import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSegmentClock } from './segmentClock.ts';

const RTP_MODULUS = 2 ** 32;

describe('the clock of a run', () => {
  it('gives every reported key frame its wall time by the quickest of them, also where RTP time stamps wrap', () => {
    const gapsMs = fc.array(fc.integer({ min: 200, max: 60_000 }), { minLength: 1, maxLength: 60 });
    const delaysMs = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 60, maxLength: 60 });
    const jitterTicks = fc.integer({ min: -100, max: 100 });
    fc.assert(
      fc.property(fc.nat(RTP_MODULUS - 1), gapsMs, delaysMs, jitterTicks, (first, gaps, delays, jitter) => {
        const clock = createSegmentClock();
        const known: number[] = [];
        let ticks = 0;
        let quickestMs = Infinity;
        for (const [at, gapMs] of gaps.entries()) {
          const delayMs = delays[at] ?? 0;
          quickestMs = Math.min(quickestMs, delayMs);
          const atMs = 1_700_000_000_000 + ticks / 90 + delayMs;
          clock.addKeyFrame({ rtpTimestamp: (first + ticks) % RTP_MODULUS, atMs });
          known.push(ticks);
          ticks += gapMs * 90;
        }
        for (const wanted of known) {
          const { atMs, exact } = clock.wallTime(wanted + jitter) ?? { atMs: NaN, exact: false };
          expect(exact).toBe(true);
          expect(atMs).toBeCloseTo(1_700_000_000_000 + wanted / 90 + quickestMs, 2);
        }
      }),
    );
  });

  it('has any other frame tell how late the key frames were, but not where one is', () => {
    const clock = createSegmentClock();
    clock.addFrame({ rtpTimestamp: 3_000, atMs: 900 });
    expect(clock.wallTime(0)).toBeUndefined();
    const first = RTP_MODULUS - 9_000;
    clock.addKeyFrame({ rtpTimestamp: first, atMs: 1_400 });
    clock.addFrame({ rtpTimestamp: 9_000, atMs: 1_230 });
    clock.addKeyFrame({ rtpTimestamp: 531_000, atMs: 7_100 });
    expect(clock.wallTime(0)).toEqual({ atMs: 1_030, exact: true });
    expect(clock.wallTime(18_000)).toEqual({ atMs: 1_230, exact: false });
    expect(clock.wallTime(540_000)).toEqual({ atMs: 7_030, exact: true });
    expect(clock.ticksOf(9_000)).toBeUndefined();
    expect(clock.ticksAt(1_030)).toBe(0);
  });

  it('counts a key frame once, at its first packet', () => {
    const clock = createSegmentClock();
    clock.addKeyFrame({ rtpTimestamp: 5, atMs: 1_000 });
    clock.addKeyFrame({ rtpTimestamp: 5, atMs: 1_003 });
    expect(clock.wallTime(0)).toEqual({ atMs: 1_000, exact: true });
  });

  it('extrapolates where a report is missing', () => {
    const clock = createSegmentClock();
    clock.addKeyFrame({ rtpTimestamp: 0, atMs: 1_000 });
    clock.addKeyFrame({ rtpTimestamp: 900_000, atMs: 11_040 });
    expect(clock.wallTime(990_000)).toEqual({ atMs: 12_000, exact: false });
    expect(clock.wallTime(90_000)).toEqual({ atMs: 2_000, exact: false });
  });

  it('prefers reports to other references, and says when it knows nothing', () => {
    const clock = createSegmentClock();
    expect(clock.wallTime(0)).toBeUndefined();
    clock.addReference(0, 5_000);
    expect(clock.wallTime(90_000)).toEqual({ atMs: 6_000, exact: false });
    clock.addKeyFrame({ rtpTimestamp: 77, atMs: 5_500 });
    expect(clock.wallTime(90_000)).toEqual({ atMs: 6_500, exact: false });
  });

  it('remembers a bounded number of key frames, the latest', () => {
    const clock = createSegmentClock();
    for (let at = 0; at < 1_000; at += 1)
      clock.addKeyFrame({ rtpTimestamp: at * 90_000, atMs: at * 1_000 + 3 });
    expect(clock.wallTime(999 * 90_000)).toEqual({ atMs: 999_003, exact: true });
    expect(clock.wallTime(0)?.exact).toBe(false);
  });
});
