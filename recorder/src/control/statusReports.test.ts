import { expect, it } from '@jest/globals';
import type { RecorderStatus } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createStatusReports } from './statusReports.ts';

const status = (freeBytes: number, runs = 0): RecorderStatus => ({
  disk: { state: 'ok', freeBytes, totalBytes: 100 },
  store: { kind: 'local', backlogSegments: 0, backlogBytes: 0 },
  admission: { open: true },
  runs,
  problems: [],
});

it('tells what has changed, again what could not be told, and the free bytes every half minute', async () => {
  const clock = createManualClock();
  const sent: number[][] = [];
  let now = status(90);
  let reachable = true;
  const reports = createStatusReports({
    read: () => now,
    send: ({ disk, runs }) => {
      if (!reachable) return Promise.reject(new Error('gone'));
      sent.push([disk.freeBytes, runs]);
      return Promise.resolve();
    },
    clock,
    logger: createLogger('test', 'silent'),
  });
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  reports.resume();
  await pass(1);
  now = status(80);
  await pass(5);
  expect(sent).toEqual([[90, 0]]);
  now = status(70, 1);
  reachable = false;
  await pass(3);
  reachable = true;
  await pass(3);
  expect(sent).toEqual([
    [90, 0],
    [70, 1],
  ]);
  now = status(60, 1);
  await pass(30);
  expect(sent.slice(2)).toEqual([[60, 1]]);
  reports.pause();
  now = status(60, 2);
  await pass(60);
  expect(sent).toHaveLength(3);
  expect(clock.pending).toBe(0);
});

it('looks once a second, also after it was resumed while a report was under way', async () => {
  const clock = createManualClock();
  const answers: (() => void)[] = [];
  const reports = createStatusReports({
    read: () => status(90),
    send: () => new Promise<void>((resolve) => answers.push(resolve)),
    clock,
    logger: createLogger('test', 'silent'),
  });
  reports.resume();
  clock.advance(1_000);
  for (let time = 0; time < 3; time += 1) {
    reports.pause();
    reports.resume();
  }
  for (const answer of answers) answer();
  await new Promise((resolve) => setImmediate(resolve));
  expect(clock.pending).toBe(1);
});
