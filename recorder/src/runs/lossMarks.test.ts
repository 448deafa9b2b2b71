import { beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import fc from 'fast-check';
import { createLossMarks, type LossMarks, type LossyPart, type VideoPosition } from './lossMarks.ts';

const FRAME = 3_000;
const FRAME_BYTES = 1_000;
const PART_FRAMES = 60;

/** A part of `length` frames from frame `first` on; key frames are the first one, and those named. */
function part(index: number, first: number, length: number, keys: readonly number[] = []): LossyPart {
  const frames = Array.from({ length }, (_, at) => ({
    offset: at * FRAME_BYTES,
    ticks: (first + at) * FRAME,
  }));
  return {
    index,
    startTicks: first * FRAME,
    endTicks: (first + length) * FRAME,
    frames,
    keyFrames: new Set([first, ...keys].map((frame) => frame * FRAME)),
  };
}

const ticks = (fromFrame: number, toFrame: number) => ({
  fromTicks: fromFrame * FRAME,
  toTicks: toFrame * FRAME,
});
/** As far as this frame of the run, in its part. */
const frame = (at: number, index = 0) => ({ index, bytes: (at + 1 - index * PART_FRAMES) * FRAME_BYTES });

let clock: ManualClock;
/** What is on disk by the time ffmpeg has told of a loss. */
let written: VideoPosition | undefined;
let overflows: boolean;
let remembered: number[];

beforeEach(() => {
  clock = createManualClock();
  written = frame(50);
  overflows = false;
  remembered = [];
});

const createMarks = (options: Partial<Parameters<typeof createLossMarks>[0]> = {}): LossMarks =>
  createLossMarks({
    heldFrames: 1,
    hasAudio: false,
    dropsDamaged: false,
    locate: () => Promise.resolve(written),
    overflowed: () => Promise.resolve(overflows),
    remember: async (index) => void remembered.push(index),
    clock,
    ...options,
  });
/** A second later it is looked how far the video reaches. */
const see = (marks: LossMarks, ...positions: VideoPosition[]): void => {
  for (const position of positions) {
    clock.advance(1_000);
    marks.seen(position, clock.nowMs());
  }
};
/** Nothing more was written for a while. */
const rest = (marks: LossMarks, position: VideoPosition): void => see(marks, position, position);

describe('what a loss damages', () => {
  it('is everything from what was on disk before to the next key frame', async () => {
    const marks = createMarks();
    rest(marks, frame(20));
    expect(await marks.add()).toBe(true);
    expect(marks.isMarked(0)).toBe(true);
    expect(marks.damageIn(part(0, 0, 60, [40]))).toEqual([ticks(20, 40)]);
    expect(marks.isMarked(1)).toBe(false);
  });

  it('ends with the part, for a key frame begins the next one', async () => {
    const marks = createMarks();
    rest(marks, frame(20));
    await marks.add();
    expect(marks.damageIn(part(0, 0, 60))).toEqual([ticks(20, 60)]);
    expect(marks.isMarked(1)).toBe(false);
  });

  it('is not ended by a key frame that may have been held back while the loss was waited for', async () => {
    const marks = createMarks();
    rest(marks, frame(20));
    await marks.add();
    expect(marks.damageIn(part(0, 0, 60, [21, 50]))).toEqual([ticks(20, 50)]);
  });

  it('may be the key frame of the next part, if nothing more came into this one', async () => {
    const marks = createMarks();
    rest(marks, frame(59));
    await marks.add();
    expect(marks.damageIn(part(0, 0, 60))).toEqual([ticks(59, 60)]);
    expect(marks.damageIn(part(1, 60, 60, [90]))).toEqual([ticks(60, 90)]);
  });

  it('is a pause, if ffmpeg itself waits for a key frame', async () => {
    const marks = createMarks({ heldFrames: 0, dropsDamaged: true });
    rest(marks, frame(59));
    await marks.add();
    expect(marks.damageIn({ ...part(0, 0, 60), endTicks: 90 * FRAME })).toEqual([ticks(59, 90)]);
    expect(marks.isMarked(1)).toBe(false);
  });

  it('is nothing of the video, if that went on meanwhile', async () => {
    const marks = createMarks({ heldFrames: 2, hasAudio: true });
    see(marks, frame(20), frame(50));
    expect(await marks.add()).toBe(false);
    expect(marks.isMarked(0)).toBe(false);
    rest(marks, frame(50));
    expect(await marks.add()).toBe(true);
  });
});

describe('a loss of which it was not seen that ffmpeg waited for it', () => {
  const KEYS = [25, 45, 55];

  it.each<[string, boolean, (marks: LossMarks) => void]>([
    ['nobody had looked for long', false, () => clock.advance(2_500)],
    ['nobody had looked for long', true, () => clock.advance(2_500)],
    ['the file had grown', false, (marks) => see(marks, frame(15), frame(20))],
    ['packets found no room', false, () => void (overflows = true)],
    ['packets found no room', true, () => void (overflows = true)],
  ])(
    'reaches from what was seen last to what is there now: %s (sound: %s)',
    async (_why, hasAudio, happens) => {
      const marks = createMarks({ hasAudio });
      rest(marks, frame(20));
      happens(marks);
      expect(await marks.add()).toBe(true);
      expect(marks.damageIn(part(0, 0, 60, KEYS))).toEqual([ticks(20, 55)]);
    },
  );

  it('is not where the one before it was, which was told a moment ago', async () => {
    const marks = createMarks();
    rest(marks, frame(20));
    await marks.add();
    written = frame(46);
    await marks.add();
    expect(marks.damageIn(part(0, 0, 60, [30, 45, 48]))).toEqual([ticks(20, 48)]);
  });

  it('damages all parts up to where the video has come', async () => {
    const marks = createMarks();
    see(marks, frame(20));
    written = frame(130, 2);
    await marks.add();
    expect(marks.damageIn(part(0, 0, 60, [30]))).toEqual([ticks(20, 60)]);
    expect(marks.damageIn(part(1, 60, 60, [90]))).toEqual([ticks(60, 120)]);
    expect(marks.damageIn(part(2, 120, 60, [140]))).toEqual([ticks(120, 140)]);
    expect(marks.isMarked(3)).toBe(false);
  });

  it('damages everything until it is known how far the video had come', async () => {
    const { promise, resolve } = Promise.withResolvers<VideoPosition>();
    const marks = createMarks({ locate: () => promise });
    see(marks, frame(20));
    const added = marks.add();
    expect(marks.damageIn(part(0, 0, 60, [30]))).toEqual([ticks(20, 60)]);
    resolve(frame(70, 1));
    await added;
    expect(marks.damageIn(part(1, 60, 60, [90]))).toEqual([ticks(60, 90)]);
  });

  it('ends at the next look, if that cannot be found out', async () => {
    const marks = createMarks({ locate: () => Promise.reject(new Error('EIO')) });
    see(marks, frame(20));
    await expect(marks.add()).rejects.toThrow('EIO');
    await marks.settled();
    see(marks, frame(35));
    expect(marks.damageIn(part(0, 0, 60, [30, 40]))).toEqual([ticks(20, 40)]);
  });
});

describe('a loss that a kill must not make forgotten', () => {
  it('is remembered from its part on before it counts as settled, until it was asked for', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const marks = createMarks({ remember: () => promise });
    see(marks, frame(70, 1));
    void marks.add();
    expect(marks.firstLost).toBe(1);
    let isSettled = false;
    const settled = marks.settled().then(() => (isSettled = true));
    await new Promise((later) => setImmediate(later));
    expect(isSettled).toBe(false);
    resolve();
    await settled;
    marks.damageIn(part(1, 60, 60, [90]));
    expect(marks.firstLost).toBeUndefined();
  });

  it('goes on in the next part if it may be its key frame', async () => {
    const marks = createMarks();
    rest(marks, frame(59));
    await marks.add();
    expect(remembered).toEqual([0]);
    marks.damageIn(part(0, 0, 60));
    expect(marks.firstLost).toBe(1);
  });
});

describe('whatever ffmpeg tells when', () => {
  it('no damage lies outside of its part, and the frame after every loss is in one', async () => {
    const losses = fc.uniqueArray(fc.integer({ min: 0, max: 57 }), { minLength: 1, maxLength: 6 });
    const keys = fc.uniqueArray(fc.integer({ min: 1, max: 59 }), { maxLength: 6 });
    const looks = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(losses, keys, looks, async (at, keyFrames, looked) => {
        const marks = createMarks();
        for (const [number, last] of at.toSorted((a, b) => a - b).entries()) {
          if (looked[number] === true) rest(marks, frame(last));
          written = frame(Math.min(59, last + 5));
          await marks.add();
        }
        const damage = marks.damageIn(part(0, 0, 60, keyFrames));
        for (const [index, { fromTicks, toTicks }] of damage.entries()) {
          expect(fromTicks).toBeGreaterThanOrEqual(index === 0 ? 0 : (damage[index - 1]?.toTicks ?? 0));
          expect(toTicks).toBeLessThanOrEqual(60 * FRAME);
        }
        for (const last of at) {
          const next = (last + 1) * FRAME;
          expect(damage.some(({ fromTicks, toTicks }) => fromTicks < next && next <= toTicks)).toBe(true);
        }
      }),
    );
  });
});
