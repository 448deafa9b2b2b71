import { expect, it } from '@jest/globals';
import { fakeTs } from '../ffmpeg/fakeTs.ts';
import { PTS_MODULUS } from '../ffmpeg/tsTimestamps.ts';
import { readShown } from './shownMedia.ts';

const FIRST = PTS_MODULUS - 90_000;
/** A frame each second, and the time stamps wrap. */
const frames = (count: number): Buffer =>
  fakeTs(Array.from({ length: count }, (_, second) => (FIRST + second * 90_000) % PTS_MODULUS));

const shown = (shownMs: number): Promise<Buffer> =>
  readShown(
    { read: () => Promise.resolve(frames(6)) },
    { runFolder: 'run', name: { index: 0, startMs: 1, durationMs: 6_000 }, shownMs },
  );

it.each([
  [6_000, 6],
  [5_001, 6],
  [5_000, 5],
  [2_100, 3],
  [0, 1],
])('shows of a segment in %d ms what was there by then', async (shownMs, count) => {
  expect(await shown(shownMs)).toEqual(frames(count));
});
