import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createUplinkReport, isRelevantChange } from './uplinkReport.ts';

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

describe('the uplink', () => {
  it.each([
    [undefined, 1, true],
    [1_000, 1_199, false],
    [1_000, 1_200, true],
    [1_000, 800, true],
  ])('reported as %s and now %d is worth telling: %s', (reported, now, relevant) => {
    expect(isRelevantChange(reported, now)).toBe(relevant);
  });

  it('is reported at first, then at most every 2 s and only after a change', async () => {
    const clock = createManualClock();
    const values = [undefined, 1_000, 1_100, 2_000];
    const reported: number[] = [];
    const report = createUplinkReport({
      clock,
      readBps: async () => values.shift(),
      report: async (bps) => reported.push(bps),
      onError: (error) => {
        throw error;
      },
    });
    for (let look = 0; look < 4; look += 1) {
      clock.advance(2_000);
      await settle();
    }
    expect(reported).toEqual([1_000, 2_000]);
    report.close();
    expect(clock.pending).toBe(0);
  });

  it('is asked for again after a failure that is told', async () => {
    const clock = createManualClock();
    const errors: unknown[] = [];
    const report = createUplinkReport({
      clock,
      readBps: async () => 5,
      report: async () => Promise.reject(new Error('no answer')),
      onError: (error) => errors.push(error),
    });
    clock.advance(2_000);
    await settle();
    clock.advance(2_000);
    await settle();
    expect(errors).toHaveLength(2);
    report.close();
  });
});
