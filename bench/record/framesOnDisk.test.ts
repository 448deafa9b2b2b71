import { describe, expect, it } from '@jest/globals';
import { fakeStream } from './fakeStream.ts';
import { countFrames } from './framesOnDisk.ts';

const ORIGIN_MS = 1_000_000;
const sent = { sessionId: 's', first: 2, last: 13, originMs: ORIGIN_MS };

/** Frames of the endless stream as a run leaves them: its time stamps begin anywhere. */
const recorded = (frames: readonly number[], startsLateMs = 0) => ({
  startMs: ORIGIN_MS + (frames[0] ?? 0) * 100 + startsLateMs,
  frames: frames.map((frame) => ({
    pts: (2 ** 33 - 20_000 + (frame - (frames[0] ?? 0)) * 9_000) % 2 ** 33,
    checksum: fakeStream.checksums[frame % 4] ?? 0,
  })),
});
const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, place) => first + place);

describe('the frames on disk', () => {
  it('count from the first recorded one to the last one sent', () => {
    expect(countFrames(fakeStream, sent, [recorded(range(4, 13))])).toEqual({
      sent: 10,
      onDisk: 10,
      wrong: 0,
    });
    expect(countFrames(fakeStream, sent, [recorded(range(4, 11), 120)])).toEqual({
      sent: 10,
      onDisk: 8,
      wrong: 0,
    });
  });

  it('lack what was lost on the way', () => {
    const frames = range(4, 13).filter((frame) => frame !== 7);
    expect(countFrames(fakeStream, sent, [recorded(frames)])).toEqual({ sent: 10, onDisk: 9, wrong: 0 });
  });

  it('do not count when they are damaged, or not at their time', () => {
    const run = recorded(range(4, 13));
    const damaged = run.frames.map((frame, place) => (place === 3 ? { ...frame, checksum: 99 } : frame));
    expect(countFrames(fakeStream, sent, [{ ...run, frames: damaged }])).toEqual({
      sent: 10,
      onDisk: 9,
      wrong: 1,
    });
    const nearly = run.frames.map((frame, place) =>
      place > 0 ? { ...frame, pts: frame.pts - 2_000 } : frame,
    );
    expect(countFrames(fakeStream, sent, [{ ...run, frames: nearly }])).toMatchObject({
      onDisk: 10,
      wrong: 0,
    });
    const late = run.frames.map((frame, place) =>
      place === 3 ? { ...frame, pts: frame.pts + 5_000 } : frame,
    );
    expect(countFrames(fakeStream, sent, [{ ...run, frames: late }])).toMatchObject({ onDisk: 9, wrong: 1 });
  });

  it('of two runs lack what was sent between them, and count once what both have', () => {
    const runs = [recorded(range(4, 6)), recorded(range(10, 13))];
    expect(countFrames(fakeStream, sent, runs)).toEqual({ sent: 10, onDisk: 7, wrong: 0 });
    const overlapping = [recorded(range(4, 10)), recorded(range(8, 13))];
    expect(countFrames(fakeStream, sent, overlapping)).toEqual({ sent: 10, onDisk: 10, wrong: 0 });
  });

  it('are none where nothing was recorded', () => {
    expect(countFrames(fakeStream, sent, [])).toEqual({ sent: 12, onDisk: 0, wrong: 0 });
    expect(countFrames(fakeStream, sent, [recorded([])])).toEqual({ sent: 12, onDisk: 0, wrong: 0 });
  });

  it('are recognised behind a damaged first one, which is wrong', () => {
    const run = recorded(range(4, 13));
    const damaged = run.frames.map((frame, place) => (place === 0 ? { ...frame, checksum: 99 } : frame));
    expect(countFrames(fakeStream, sent, [{ ...run, frames: damaged }])).toEqual({
      sent: 10,
      onDisk: 9,
      wrong: 1,
    });
  });

  it('are wrong where nobody sent a single one of them', () => {
    const run = { startMs: ORIGIN_MS, frames: [{ pts: 0, checksum: 99 }] };
    expect(countFrames(fakeStream, sent, [run])).toEqual({ sent: 12, onDisk: 0, wrong: 1 });
  });
});
