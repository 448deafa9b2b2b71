import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createUplinkReport, isReportDue } from './uplinkReport.ts';

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

describe('the uplink', () => {
  it('is reported at first, when it drops by a fifth, and when it rose by a fifth 2 s ago or more', () => {
    const last = { bps: 1_000, atMs: 0 };
    expect(isReportDue(undefined, { bps: 1, atMs: 0 })).toBe(true);
    expect(isReportDue(last, { bps: 801, atMs: 10_000 })).toBe(false);
    expect(isReportDue(last, { bps: 800, atMs: 500 })).toBe(true);
    expect(isReportDue(last, { bps: 1_200, atMs: 1_999 })).toBe(false);
    expect(isReportDue(last, { bps: 1_200, atMs: 2_000 })).toBe(true);
  });

  it('is looked at every 500 ms', async () => {
    const clock = createManualClock();
    const values = [undefined, 1_000, 1_100, 500];
    const reported: number[] = [];
    const report = createUplinkReport({
      clock,
      readBps: async () => values.shift(),
      report: async (bps) => reported.push(bps),
      onError: (error) => {
        throw error;
      },
    });
    while (values.length > 0) {
      clock.advance(500);
      await settle();
    }
    expect(reported).toEqual([1_000, 500]);
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
    clock.advance(500);
    await settle();
    clock.advance(500);
    await settle();
    expect(errors).toHaveLength(2);
    report.close();
  });
});
