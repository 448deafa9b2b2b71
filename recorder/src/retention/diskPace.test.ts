import { describe, expect, it } from '@jest/globals';
import { createDiskPace } from './diskPace.ts';

const after = (...readings: number[]) => {
  const pace = createDiskPace();
  for (const ms of readings) pace.note(ms);
  return pace;
};

describe('the pace of a disk', () => {
  it('is slow when three writes in a row were', () => {
    expect(after(1_000, 5_000).slow).toBe(false);
    expect(after(1_000, 5_000, 900, 1_000, 5_000).slow).toBe(false);
    expect(after(1_000, 5_000, 1_000).slow).toBe(true);
  });

  it('is slow until three writes in a row were fast, not only less slow', () => {
    expect(after(2_000, 2_000, 2_000, 249, 249, 250, 249, 249).slow).toBe(true);
    expect(after(2_000, 2_000, 2_000, 249, 249, 249).slow).toBe(false);
  });

  it('says how slow it is', () => {
    expect(after(1_234.5).message).toContain('1235 ms');
    expect(after(2_000).message).toContain('more than 2 s');
  });
});
