import { expect, it } from '@jest/globals';
import { restartDelayMs } from './restartPolicy.ts';

it('waits longer after every failure in a row, and never for ever', () => {
  const delays = Array.from({ length: 50 }, (_, index) => restartDelayMs(index + 1));
  expect(delays[0]).toBeLessThanOrEqual(200);
  expect(delays).toEqual([...delays].sort((a, b) => a - b));
  expect(delays.at(-1)).toBe(30_000);
});
