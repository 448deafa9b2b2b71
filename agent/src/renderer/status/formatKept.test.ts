import { describe, expect, it } from '@jest/globals';
import { formatKept } from './formatKept.ts';

describe('the length of what is kept', () => {
  it.each([
    [400, '1 second'],
    [12_400, '12 seconds'],
    [59_600, '1 minute'],
    [61_000, '1 minute'],
    [100_000, '2 minutes'],
    [600_000, '10 minutes'],
  ])('%d ms are %s', (keptMs, text) => {
    expect(formatKept(keptMs)).toBe(text);
  });
});
