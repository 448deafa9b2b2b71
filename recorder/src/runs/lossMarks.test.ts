import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLossMarks, type LossyPart } from './lossMarks.ts';

const FRAME = 3_000;

/** A part of `length` frames from frame `first` on; key frames are the first one, and those named. */
function part(index: number, first: number, length: number, keys: readonly number[] = []): LossyPart {
  const frames = Array.from({ length }, (_, at) => (first + at) * FRAME);
  return {
    index,
    startTicks: first * FRAME,
    endTicks: (first + length) * FRAME,
    frames,
    keyFrames: new Set([first, ...keys].map((frame) => frame * FRAME)),
  };
}

const h264 = { heldFrames: 1, hasAudio: false, dropsDamaged: false };
const ticks = (fromFrame: number, toFrame: number) => ({
  fromTicks: fromFrame * FRAME,
  toTicks: toFrame * FRAME,
});

describe('what a loss damages', () => {
  it('is everything from what was on disk before to the next key frame', () => {
    const marks = createLossMarks(h264);
    marks.seen({ index: 0, ticks: 20 * FRAME });
    expect(marks.add()).toBe(true);
    expect(marks.isMarked(0)).toBe(true);
    expect(marks.damageIn(part(0, 0, 60, [40]))).toEqual([ticks(20, 40)]);
    expect(marks.isMarked(1)).toBe(false);
  });

  it('ends with the part, for a key frame begins the next one', () => {
    const marks = createLossMarks(h264);
    marks.seen({ index: 0, ticks: 20 * FRAME });
    marks.add();
    expect(marks.damageIn(part(0, 0, 60))).toEqual([ticks(20, 60)]);
    expect(marks.isMarked(1)).toBe(false);
  });

  it('is not ended by a key frame that may have been held back while the loss was waited for', () => {
    const marks = createLossMarks(h264);
    marks.seen({ index: 0, ticks: 20 * FRAME });
    marks.add();
    expect(marks.damageIn(part(0, 0, 60, [21, 50]))).toEqual([ticks(20, 50)]);
  });

  it('may be the key frame of the next part, if nothing more came into this one', () => {
    const marks = createLossMarks(h264);
    marks.seen({ index: 0, ticks: 59 * FRAME });
    marks.add();
    expect(marks.damageIn(part(0, 0, 60))).toEqual([ticks(59, 60)]);
    expect(marks.damageIn(part(1, 60, 60, [90]))).toEqual([ticks(60, 90)]);
  });

  it('is a pause, if ffmpeg itself waits for a key frame', () => {
    const marks = createLossMarks({ ...h264, heldFrames: 0, dropsDamaged: true });
    marks.seen({ index: 0, ticks: 59 * FRAME });
    marks.add();
    expect(marks.damageIn({ ...part(0, 0, 60), endTicks: 90 * FRAME })).toEqual([ticks(59, 90)]);
    expect(marks.isMarked(1)).toBe(false);
  });

  it('is nothing of the video, if that went on meanwhile', () => {
    const marks = createLossMarks({ ...h264, heldFrames: 2, hasAudio: true });
    marks.seen({ index: 0, ticks: 20 * FRAME });
    marks.seen({ index: 0, ticks: 50 * FRAME });
    expect(marks.add()).toBe(false);
    marks.seen({ index: 0, ticks: 50 * FRAME });
    expect(marks.add()).toBe(true);
  });

  it('never lies outside of its part, and holds the frame after every loss', () => {
    const losses = fc.uniqueArray(fc.integer({ min: 0, max: 58 }), { minLength: 1, maxLength: 6 });
    const keys = fc.uniqueArray(fc.integer({ min: 1, max: 59 }), { maxLength: 6 });
    fc.assert(
      fc.property(losses, keys, (at, keyFrames) => {
        const marks = createLossMarks(h264);
        for (const frame of at.toSorted((a, b) => a - b)) {
          marks.seen({ index: 0, ticks: frame * FRAME });
          marks.add();
        }
        const damage = marks.damageIn(part(0, 0, 60, keyFrames));
        for (const [index, { fromTicks, toTicks }] of damage.entries()) {
          expect(fromTicks).toBeGreaterThanOrEqual(index === 0 ? 0 : (damage[index - 1]?.toTicks ?? 0));
          expect(toTicks).toBeLessThanOrEqual(60 * FRAME);
        }
        for (const frame of at) {
          const next = (frame + 1) * FRAME;
          expect(damage.some(({ fromTicks, toTicks }) => fromTicks < next && next <= toTicks)).toBe(true);
        }
      }),
    );
  });
});
