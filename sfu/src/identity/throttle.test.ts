import { beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createThrottle, networkOf, type Attempt, type Throttle } from './throttle.ts';

let clock: ManualClock;
let throttle: Throttle;

beforeEach(() => {
  clock = createManualClock(1_000_000);
  throttle = createThrottle(clock, { free: 3, firstWaitMs: 1_000, longestWaitMs: 60_000 });
});

const fail = (key: string, times: number): void => {
  for (let count = 0; count < times; count += 1) expect(throttle.begin(key)).not.toHaveProperty('waitMs');
};
const attempt = (key: string): Attempt => {
  const begun = throttle.begin(key);
  if ('waitMs' in begun) throw new Error('it was throttled');
  return begun;
};

describe('guessing', () => {
  it('is slowed down more with every failure, up to the longest wait', () => {
    fail('a', 3);
    const waits: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const begun = throttle.begin('a');
      if (!('waitMs' in begun)) throw new Error('it was let through');
      waits.push(begun.waitMs);
      clock.advance(begun.waitMs);
      attempt('a');
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('gains nothing from attempts at the same time', () => {
    const begun = Array.from({ length: 100 }, () => throttle.begin('a'));
    expect(begun.filter((one) => !('waitMs' in one))).toHaveLength(3);
  });

  it('ends with the right answer, after the wait', () => {
    fail('a', 3);
    clock.advance(1_000);
    attempt('a').succeeded();
    fail('a', 3);
  });

  it('is not reset by an attempt that was withdrawn', () => {
    fail('a', 2);
    attempt('a').withdrawn();
    fail('a', 1);
    expect(throttle.begin('a')).toEqual({ waitMs: 1_000 });
  });

  it('of one does not slow down another', () => {
    fail('a', 3);
    fail('b', 1);
  });

  it('is forgotten after an hour', () => {
    fail('a', 3);
    clock.advance(3_600_001);
    fail('a', 3);
  });

  it('from more sources than are remembered forgets the oldest', () => {
    fail('a', 3);
    for (let source = 0; source < 10_000; source += 1) attempt(`other ${source}`);
    fail('a', 1);
  });
});

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
