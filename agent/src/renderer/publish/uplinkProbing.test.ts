import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createUplinkProbing, isHeldBack, type EncoderBitrates } from './uplinkProbing.ts';

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

const NARROW: EncoderBitrates = { sentBps: 95_000, targetBps: 100_000, maxBps: 6_000_000 };
const WIDE: EncoderBitrates = { sentBps: 700_000, targetBps: 5_000_000, maxBps: 6_000_000 };
const STILL: EncoderBitrates = { sentBps: 0, targetBps: 100_000, maxBps: 6_000_000 };
const AT_MAXIMUM: EncoderBitrates = { sentBps: 6_000_000, targetBps: 6_000_000, maxBps: 6_000_000 };

describe('an encoder', () => {
  it('is held back where it is granted little and uses it', () => {
    expect(isHeldBack(NARROW)).toBe(true);
    expect([WIDE, STILL, AT_MAXIMUM].map(isHeldBack)).toEqual([false, false, false]);
  });

  it('that is held back has the uplink probed every 2 s, and is told its bit rate four times afterwards', async () => {
    const clock = createManualClock();
    const looks = [undefined, WIDE, NARROW, NARROW, WIDE, WIDE, WIDE, WIDE, WIDE, WIDE];
    const calls: string[] = [];
    const probing = createUplinkProbing({
      clock,
      readBitrates: async () => looks.shift(),
      probe: async () => void calls.push('probe'),
      refresh: async () => void calls.push('refresh'),
      onError: (error) => {
        throw error;
      },
    });
    while (looks.length > 0) {
      clock.advance(2_000);
      await settle();
    }
    expect(calls).toEqual(['probe', 'probe', 'refresh', 'refresh', 'refresh', 'refresh']);
    probing.close();
    expect(clock.pending).toBe(0);
  });

  it('is not probed for once closed, and a failure is told', async () => {
    const clock = createManualClock();
    const errors: unknown[] = [];
    const probing = createUplinkProbing({
      clock,
      readBitrates: async () => NARROW,
      probe: async () => Promise.reject(new Error('sender gone')),
      refresh: async () => undefined,
      onError: (error) => errors.push(error),
    });
    clock.advance(2_000);
    await settle();
    clock.advance(2_000);
    probing.close();
    await settle();
    expect(errors).toHaveLength(1);
  });
});
