import { expect, it } from '@jest/globals';
import { createSentPictures } from './sentPictures.ts';

const STEP = 9_000;

it('keeps copies of what is sent, stamped evenly also where RTP begins to count anew', () => {
  let nowMs = 50_000;
  const sent = createSentPictures(() => nowMs);
  let rtpTimestamp = 2 ** 32 - STEP;
  for (const type of ['key', 'delta', 'delta']) {
    const frame = {
      data: new ArrayBuffer(4),
      type,
      getMetadata: () => ({ rtpTimestamp, width: 1920, height: 1080 }),
    };
    sent.copy(frame);
    frame.data.transfer();
    nowMs += 100;
    rtpTimestamp = (rtpTimestamp + STEP) % 2 ** 32;
  }
  const stretch = sent.kept;
  const pictures = stretch?.pictures ?? [];
  expect(pictures.map(({ timestampUs, isKey }) => [timestampUs, isKey])).toEqual([
    [0, true],
    [100_000, false],
    [200_000, false],
  ]);
  expect(stretch).toMatchObject({ aheadMs: 50_000, untilUs: 300_000 });
  expect(sent.kept).toEqual(stretch);
  sent.forget();
  expect(sent.kept).toBeUndefined();
  expect(pictures.every(({ data, width }) => data.length === 4 && width === 1920)).toBe(true);
});
