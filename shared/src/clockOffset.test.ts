import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateClockOffset, type TimeSample } from './clockOffset.ts';

const exchange = (sentMs: number, offsetMs: number, outMs: number, backMs: number): TimeSample => ({
  sentMs,
  serverMs: sentMs + outMs + offsetMs,
  receivedMs: sentMs + outMs + backMs,
});

describe('the clock offset', () => {
  it('is unknown without a sample', () => {
    expect(estimateClockOffset([])).toBeUndefined();
  });

  it('comes from the exchange with the shortest round trip', () => {
    const samples = [exchange(0, 500, 80, 2), exchange(100, 500, 3, 3), exchange(200, 500, 2, 60)];
    expect(estimateClockOffset(samples)).toEqual({ offsetMs: 500, roundTripMs: 6 });
  });

  it('ignores an exchange during which the local clock was set back', () => {
    expect(estimateClockOffset([{ sentMs: 1_000, serverMs: 5_000, receivedMs: 900 }])).toBeUndefined();
  });

  it('is never further off than half of the round trip', () => {
    const delay = fc.integer({ min: 0, max: 1_000 });
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.tuple(delay, delay), { minLength: 1 }), (offsetMs, delays) => {
        const samples = delays.map(([outMs, backMs], at) => exchange(at * 5_000, offsetMs, outMs, backMs));
        const estimate = estimateClockOffset(samples);
        expect(estimate).toBeDefined();
        if (estimate === undefined) return;
        expect(estimate.roundTripMs).toBe(Math.min(...delays.map(([outMs, backMs]) => outMs + backMs)));
        expect(Math.abs(estimate.offsetMs - offsetMs)).toBeLessThanOrEqual(estimate.roundTripMs / 2);
      }),
    );
  });
});
