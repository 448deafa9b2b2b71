import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rtpTicksBetween } from './rtpTime.ts';

const MODULUS = 2 ** 32;

it('goes the shorter way round, forward and back', () => {
  const stamp = fc.integer({ min: 0, max: MODULUS - 1 });
  const step = fc.integer({ min: -MODULUS / 2, max: MODULUS / 2 - 1 });
  fc.assert(
    fc.property(stamp, step, (from, ticks) => {
      expect(rtpTicksBetween(from, (from + ticks + MODULUS) % MODULUS)).toBe(ticks);
    }),
  );
});
