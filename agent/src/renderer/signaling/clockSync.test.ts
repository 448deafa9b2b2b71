import { expect, it } from '@jest/globals';
import type { ClockOffset } from '@sightline/shared';
import { createManualClock } from '@sightline/shared/testing';
import { createClockSync } from './clockSync.ts';

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

it('reports the offset of the quickest of five exchanges', async () => {
  const clock = createManualClock(1_000);
  const roundTripsMs = [80, 20, 60, 90, 70];
  const reported: ClockOffset[] = [];
  const sync = createClockSync({
    clock,
    askServerTimeMs: async () => {
      const roundTripMs = roundTripsMs.shift() ?? 0;
      const serverMs = clock.nowMs() + roundTripMs / 2 + 500;
      clock.advance(roundTripMs);
      return serverMs;
    },
    report: async (offset) => reported.push(offset),
    onError: (error) => {
      throw error;
    },
  });
  sync.start();
  await settle();
  expect(reported).toEqual([{ offsetMs: 500, roundTripMs: 20 }]);
  sync.stop();
  expect(clock.pending).toBe(0);
});

it('tells of a measurement that failed, but not of one that was stopped', async () => {
  const errors: unknown[] = [];
  const clock = createManualClock();
  const sync = createClockSync({
    clock,
    askServerTimeMs: async () => Promise.reject(new Error('no answer')),
    report: async () => undefined,
    onError: (error) => errors.push(error),
  });
  sync.start();
  await settle();
  expect(errors).toHaveLength(1);
  clock.advance(60_000);
  sync.stop();
  await settle();
  expect(errors).toHaveLength(1);
});
