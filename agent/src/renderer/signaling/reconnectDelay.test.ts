import { expect, it } from '@jest/globals';
import { reconnectDelayMs } from './reconnectDelay.ts';

it('begins within 250 ms and doubles up to 3 s', () => {
  expect([0, 1, 2, 3, 4, 5, 9_999].map((failures) => reconnectDelayMs(failures, 1))).toEqual([
    250, 500, 1_000, 2_000, 3_000, 3_000, 3_000,
  ]);
});

it('leaves half of it to chance', () => {
  expect(reconnectDelayMs(0, 0)).toBe(125);
  expect(reconnectDelayMs(9, 0)).toBe(1_500);
  expect(reconnectDelayMs(9, 0.5)).toBe(2_250);
});
