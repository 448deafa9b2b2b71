import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ProbedVideo } from '../ffmpeg/probeVideo.ts';
import { planCuts } from './cuts.ts';

const RULES = { segmentMs: 6_000, maxSegmentMs: 15_000 };
const FRAME_MS = 40;

/** 25 fps, with a key frame every `keyEveryMs`. */
const videoOf = (lengthMs: number, keyEveryMs: number, change: Partial<ProbedVideo> = {}): ProbedVideo => ({
  codec: 'h264',
  reordered: false,
  firstPts: 0,
  frames: Array.from({ length: lengthMs / FRAME_MS }, (_, n) => ({
    atMs: n * FRAME_MS,
    isKey: (n * FRAME_MS) % keyEveryMs === 0,
  })),
  endMs: lengthMs,
  ...change,
});
const whole = (lengthMs: number) => [{ fromMs: 0, toMs: lengthMs }];

describe('the plan of cuts', () => {
  it('copies what begins at a key frame', () => {
    expect(planCuts(videoOf(20_000, 2_000), whole(20_000), RULES)).toEqual([
      {
        mode: 'copy',
        fromFrame: 0,
        toFrame: 500,
        startsMs: [0, 6_000, 12_000, 18_000],
        endMs: 20_000,
      },
    ]);
  });

  it('encodes up to the first key frame where a gap begins between two of them, and ends anywhere', () => {
    expect(planCuts(videoOf(20_000, 4_000), [{ fromMs: 1_010, toMs: 9_990 }], RULES)).toEqual([
      { mode: 'encode', fromFrame: 25, toFrame: 100, startsMs: [1_010], endMs: 4_000 },
      { mode: 'copy', fromFrame: 100, toFrame: 250, startsMs: [4_000], endMs: 9_990 },
    ]);
  });

  it.each<[string, ProbedVideo]>([
    ['is not H.264', videoOf(14_000, 2_000, { codec: 'vp8' })],
    ['stores frames in another order', videoOf(14_000, 2_000, { reordered: true })],
    ['has its key frames too far apart', videoOf(20_000, 20_000)],
  ])('encodes everything of a file that %s', (_what, video) => {
    const [cut, ...more] = planCuts(video, whole(14_000), { ...RULES, maxSegmentMs: 12_000 });
    expect(more).toEqual([]);
    expect(cut).toMatchObject({ mode: 'encode', startsMs: [0, 6_000, 12_000], endMs: 14_000 });
  });

  it('begins with the picture that stood still, from the gap’s first moment on', () => {
    const frames = [0, 1_000, 30_000].map((atMs) => ({ atMs, isKey: atMs !== 30_000 }));
    const video = videoOf(0, 1, { frames, endMs: 40_000 });
    expect(planCuts(video, [{ fromMs: 5_000, toMs: 25_000 }], RULES)).toEqual([
      { mode: 'encode', fromFrame: 1, toFrame: 2, startsMs: [5_000], endMs: 25_000 },
    ]);
  });

  it('covers every gap from its first moment to its last, whatever the key frames', () => {
    const gap = fc.tuple(fc.nat(20_000), fc.integer({ min: 100, max: 9_000 }));
    fc.assert(
      fc.property(
        fc.array(gap, { maxLength: 4 }),
        fc.constantFrom(400, 2_000, 6_000, 40_000),
        (list, key) => {
          let at = 0;
          const gaps = list
            .map(([skipMs, lengthMs]) => {
              const fromMs = at + skipMs;
              at = fromMs + lengthMs;
              return { fromMs, toMs: at };
            })
            .filter(({ toMs }) => toMs <= 30_000);
          const cuts = planCuts(videoOf(30_000, key), gaps, RULES);
          for (const { fromMs, toMs } of gaps) {
            const inside = cuts.filter(({ endMs }) => endMs > fromMs && endMs <= toMs);
            let reachedMs = fromMs;
            for (const { startsMs, endMs, fromFrame, toFrame } of inside) {
              expect(Math.abs((startsMs[0] ?? 0) - reachedMs)).toBeLessThanOrEqual(FRAME_MS);
              expect(startsMs).toEqual([...startsMs].sort((a, b) => a - b));
              expect(fromFrame).toBeLessThan(toFrame);
              reachedMs = endMs;
            }
            expect(reachedMs).toBe(toMs);
          }
        },
      ),
    );
  });
});
