import { beforeEach, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createActivityReport, type ActivityReport } from './activityReport.ts';

let clock: ManualClock;
let touchedAtMs: number | undefined;
let reported: number[];
let errors: unknown[];
let online: boolean;
let activity: ActivityReport;

async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1_000);
    await settle();
  }
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

beforeEach(() => {
  clock = createManualClock();
  touchedAtMs = 0;
  reported = [];
  errors = [];
  online = true;
  activity = createActivityReport({
    clock,
    readIdleMs: async () => (touchedAtMs === undefined ? undefined : clock.nowMs() - touchedAtMs),
    report: async (idleMs) => {
      if (!online) throw new Error('no connection');
      reported.push(idleMs);
    },
    onError: (error) => errors.push(error),
  });
});

it('tells every 15 s that nobody is there, and once that somebody is', async () => {
  activity.start();
  await pass(46);
  expect(reported).toEqual([0, 15_000, 30_000, 45_000]);
  touchedAtMs = clock.nowMs();
  await pass(12);
  expect(reported).toEqual([0, 15_000, 30_000, 45_000, 0]);
  activity.stop();
  expect(clock.pending).toBe(0);
});

it('claims nothing where nothing can be known', async () => {
  touchedAtMs = undefined;
  activity.start();
  await pass(60);
  expect(reported).toEqual([]);
});

it('begins again with every connection', async () => {
  activity.start();
  await pass(20);
  activity.stop();
  await pass(20);
  activity.start();
  await settle();
  expect(reported).toEqual([0, 15_000, 40_000]);
});

it('tells again what could not be told', async () => {
  online = false;
  activity.start();
  await settle();
  expect(errors).toHaveLength(1);
  online = true;
  await pass(5);
  expect(reported).toEqual([0]);
});
