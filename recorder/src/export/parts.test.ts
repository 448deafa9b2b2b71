import { describe, expect, it } from '@jest/globals';
import { describeParts, planParts } from './parts.ts';
import { stretchesOf, type ReadSegment } from './stretches.ts';

const SMALL = { width: 640, height: 360 };
const LARGE = { width: 1280, height: 720 };
const PTS_AT_ZERO = 900_000;

/** Two seconds at one frame each 100 ms, with a key frame each second. */
const segment = (index: number, startMs: number, change: Partial<ReadSegment> = {}): ReadSegment => {
  const frames = Array.from({ length: 20 }, (_, at) => ({
    offset: at * 188,
    pts: PTS_AT_ZERO + (startMs + at * 100) * 90,
  }));
  const keyFrames = frames.filter((_, at) => at % 10 === 0).map((frame) => ({ ...frame, size: SMALL }));
  return {
    runFolder: 'run',
    name: { index, startMs, durationMs: 2_000 },
    sha256: '',
    discontinuous: false,
    shownMs: 2_000,
    frames,
    keyFrames,
    hasAudio: false,
    ...change,
  };
};
const sized = (index: number, startMs: number, size: typeof SMALL): ReadSegment => {
  const made = segment(index, startMs);
  return { ...made, keyFrames: made.keyFrames.map((frame) => ({ ...frame, size })) };
};

const range = { fromMs: 1_250, toMs: 5_000 };
const plan = (segments: readonly ReadSegment[], burnIn = false) =>
  planParts(stretchesOf(segments, range), burnIn ? { wallClock: true, text: '' } : undefined);

describe('the parts of a video', () => {
  it('are one if nothing is missing, copied from the key frame before', () => {
    const parts = plan([segment(0, 0), segment(1, 2_000), segment(2, 4_000)]);
    expect(parts).toMatchObject([
      { fromMs: 1_000, durationMs: 4_000, begin: { offset: 1_880 }, encode: undefined, sound: 'none' },
    ]);
    expect(describeParts(parts, range, [])).toBe(
      'It is copied, and begins 0.3 s before the time asked for, at a key frame.',
    );
  });

  it('begin where something is missing, which is told', () => {
    const parts = plan([segment(0, 0), segment(2, 4_000, { discontinuous: true })]);
    expect(parts).toMatchObject([
      { fromMs: 1_000, durationMs: 1_000 },
      { fromMs: 4_000, durationMs: 1_000 },
    ]);
    expect(describeParts(parts, range, [])).toContain('2.0 s of the range are not recorded');
  });

  it('do not call that unrecorded which another recorder has', () => {
    const parts = plan([segment(0, 0), segment(2, 4_000, { discontinuous: true })]);
    const gap = { fromMs: 2_000, toMs: 4_000 };
    expect(describeParts(parts, range, [{ fromMs: 2_500, toMs: 4_500 }])).toContain('0.5 s of the range are');
    expect(describeParts(parts, range, [gap])).toBe(
      'It is copied, and begins 0.3 s before the time asked for, at a key frame.',
    );
  });

  it('leave out segments without a picture', () => {
    const parts = plan([segment(0, 0), segment(1, 2_000, { frames: [], keyFrames: [] }), segment(2, 4_000)]);
    expect(parts.map(({ fromMs }) => fromMs)).toEqual([1_000, 4_000]);
  });

  it('show nothing twice where stretches overlap', () => {
    const parts = plan([segment(0, 0), segment(0, 1_500, { discontinuous: true })]);
    expect(parts).toMatchObject([
      { fromMs: 1_000, durationMs: 500 },
      { fromMs: 1_500, durationMs: 2_000 },
    ]);
  });

  it('are encoded to the largest size, from the picture that was shown at the time asked for', () => {
    const parts = plan([sized(0, 0, SMALL), sized(1, 2_000, LARGE)]);
    expect(parts).toMatchObject([
      {
        fromMs: 1_250,
        durationMs: 2_750,
        encode: { size: LARGE, firstFrameS: 10 + 1.2, fromS: 10 + 1.25 },
      },
    ]);
    expect(describeParts(parts, { fromMs: 1_250, toMs: 4_000 }, [])).toBeNull();
  });

  it('are encoded for what is burnt in', () => {
    expect(plan([segment(0, 0)], true)).toMatchObject([{ fromMs: 1_250, encode: { size: SMALL } }]);
  });

  it('have silence where others have sound', () => {
    const parts = plan([segment(0, 0, { hasAudio: true }), segment(2, 4_000, { discontinuous: true })]);
    expect(parts.map(({ sound }) => sound)).toEqual(['copied', 'silence']);
  });

  it('are none if nothing is wanted of what there is', () => {
    expect(plan([segment(0, 6_000)])).toEqual([]);
  });
});
