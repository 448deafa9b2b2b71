import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ProtocolError } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createFakeSfu } from '../control/fakeSfu.ts';
import { createDiskBench, START_MS, type DiskBench } from './diskBench.ts';
import { startKeeper, type Keeper } from './keeper.ts';
import { createProblems } from './problems.ts';

const MINUTE_MS = 60_000;
const logger = createLogger('test', 'silent');

let bench: DiskBench;
let clock: ManualClock;
let asked: string[];
let answers: boolean;
let keeper: Keeper;

beforeEach(async () => {
  bench = await createDiskBench();
  await bench.put('s1', START_MS, 1);
  await mkdir(join(bench.dir, 'state'));
  clock = createManualClock(START_MS);
  asked = [];
  answers = true;
  const problems = createProblems({ clock, logger });
  keeper = await startKeeper({
    recordingsDir: bench.dir,
    stateDir: join(bench.dir, 'state'),
    marks: { low: { bytes: 0 }, clearing: { bytes: 0 }, full: { bytes: 0 } },
    reserve: { take: () => Promise.resolve(), release: () => Promise.resolve() },
    problems,
    manifests: bench.manifests,
    store: bench.store,
    makeRoom: undefined,
    isHeld: () => undefined,
    openRuns: {
      put: () => Promise.resolve(),
      remove: () => Promise.resolve(),
      list: () => Promise.resolve([]),
    },
    request: createFakeSfu((name) => {
      asked.push(name);
      if (!answers) throw new ProtocolError('internal', 'broken');
      return name === 'reconcile' ? { announceAgain: [], unknownSessions: [], missing: [] } : { claims: [] };
    }),
    loadMeter: { read: () => Promise.resolve({ cpuWaiting: 0, delayMs: 0 }), close: () => undefined },
    forgetPictures: () => Promise.resolve(),
    announce: () => Promise.resolve(),
    endRuns: () => undefined,
    clock,
    logger,
  });
});
afterEach(async () => {
  await keeper.close();
  await bench.remove();
});

const comparisons = (): number => asked.filter((name) => name === 'reconcile').length;
const until = async (count: number): Promise<void> => {
  while (comparisons() < count) await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
const reconnect = (): void => {
  keeper.pause();
  keeper.resume();
};

it('compares disk and record at the first connection, and not again because it comes and goes', async () => {
  keeper.resume();
  await until(1);
  for (let time = 0; time < 10; time += 1) {
    reconnect();
    clock.advance(MINUTE_MS);
  }
  await until(1);
  expect(comparisons()).toBe(1);
  clock.advance(50 * MINUTE_MS);
  await until(2);
  expect(comparisons()).toBe(2);
});

it('compares again in ten minutes what could not be compared', async () => {
  answers = false;
  keeper.resume();
  await until(1);
  answers = true;
  reconnect();
  clock.advance(9 * MINUTE_MS);
  await until(1);
  expect(comparisons()).toBe(1);
  clock.advance(MINUTE_MS);
  await until(2);
  expect(comparisons()).toBe(2);
  clock.advance(120 * MINUTE_MS);
  await until(2);
  expect(comparisons()).toBe(2);
});

it('asks for leave to delete once, however often it was to be asked while disk and record are compared', async () => {
  keeper.resume();
  for (let time = 0; time < 10; time += 1) reconnect();
  await until(1);
  expect(asked.filter((name) => name === 'claim-deletions').length).toBeLessThanOrEqual(2);
  expect(comparisons()).toBe(1);
});

it('waits when it closes for no comparison that has not begun', async () => {
  keeper.resume();
  await keeper.close();
  expect(comparisons()).toBe(0);
});
