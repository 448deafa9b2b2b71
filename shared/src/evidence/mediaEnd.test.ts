import { expect, it } from '@jest/globals';
import { mediaEndMs } from './mediaEnd.ts';

it('ends a segment where the hole at its end begins, not where one in its middle does', () => {
  const segment = { startMs: 1_000, durationMs: 9_000 };
  expect(mediaEndMs({ ...segment, holes: [] })).toBe(10_000);
  expect(mediaEndMs({ ...segment, holes: [{ fromMs: 2_000, toMs: 4_000 }] })).toBe(10_000);
  const holes = [
    { fromMs: 2_000, toMs: 4_000 },
    { fromMs: 6_000, toMs: 9_999 },
  ];
  expect(mediaEndMs({ ...segment, holes })).toBe(6_000);
  expect(mediaEndMs({ ...segment, holes: [{ fromMs: 0, toMs: 20_000 }] })).toBe(1_000);
});
