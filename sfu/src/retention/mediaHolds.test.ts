import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hold, HoldTarget } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { openSqliteDatabase, type Database } from '../db/database.ts';
import { createRepositories, type Repositories } from '../db/repositories.ts';
import { seedDevices } from '../db/suites/fixtures.ts';
import { putRecorded } from '../db/suites/recorded.ts';
import { createFakeRecorder, type FakeRecorder } from '../recording/fakeRecorder.ts';
import { RecorderPool } from '../recording/recorderPool.ts';
import { createMediaHolds, type MediaHolds } from './mediaHolds.ts';

const CORA = { accountId: 'cora', name: 'Cora' };
const logger = createLogger('test', 'silent');
const ANN: HoldTarget = { kind: 'user', userId: 'ann', fromMs: null, toMs: null };
const S1: HoldTarget = { kind: 'session', sessionId: 's1' };

let clock: ManualClock;
let database: Database;
let repositories: Repositories;
let recorders: RecorderPool;
let mediaHolds: MediaHolds;
let r1: FakeRecorder;
let r2: FakeRecorder;

/** Lets what is due now, and the database, run to its end. */
const pass = async (ms = 0): Promise<void> => {
  clock.advance(ms);
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
const withObjectStore = (recorderId: string): FakeRecorder => {
  const recorder = createFakeRecorder(recorderId);
  recorder.status = { ...recorder.status, store: { kind: 's3', backlogSegments: 0, backlogBytes: 0 } };
  recorders.add(recorder);
  return recorder;
};
const place = async (holdId: string, target: HoldTarget): Promise<void> => {
  const hold: Hold = {
    holdId,
    companyId: 'c1',
    target,
    reason: 'case 7',
    placedBy: CORA,
    placedAtMs: 1,
    released: null,
  };
  await repositories.holds.place(hold);
  mediaHolds.holdChanged(hold);
};
const release = async (holdId: string): Promise<void> => {
  const released = await repositories.holds.release('c1', holdId, { atMs: 2, by: CORA, reason: 'closed' });
  if (released !== undefined) mediaHolds.holdChanged(released);
};
const told = ({ holds }: FakeRecorder): string[] =>
  holds.map((list) =>
    list
      .map(({ sessionId, held }) => `${sessionId} ${held ? 'held' : 'not'}`)
      .toSorted()
      .join(', '),
  );

beforeEach(async () => {
  clock = createManualClock(1_000_000);
  database = await openSqliteDatabase(':memory:');
  repositories = createRepositories(database);
  recorders = new RecorderPool(logger);
  mediaHolds = createMediaHolds({ repository: repositories.heldMedia, recorders, clock, logger });
  r1 = withObjectStore('r1');
  r2 = withObjectStore('r2');
  await seedDevices(database, ['d1']);
  await putRecorded(database, {
    sessionId: 's1',
    startedAtMs: 1_000,
    endedAtMs: 9_000,
    bytes: { r1: 1, r2: 1 },
  });
  await putRecorded(database, { sessionId: 's2', startedAtMs: 2_000, endedAtMs: null, bytes: { r1: 1 } });
});

describe('recorders with an object store', () => {
  it('are told what a hold covers of theirs, and what none covers any more', async () => {
    await place('h1', ANN);
    await pass();
    expect([told(r1), told(r2)]).toEqual([['s1 held, s2 held'], ['s1 held']]);
    await place('h2', S1);
    await release('h1');
    await pass();
    expect(told(r1).at(-1)).toBe('s1 held, s2 not');
    await release('h2');
    await pass();
    expect([told(r1).at(-1), told(r2).at(-1)]).toEqual(['s1 not', 's1 not']);
  });

  it('are told of media that a standing hold covers when they are about to get it, and of no other', async () => {
    mediaHolds.mediaExpected('s2', 'r2');
    await pass();
    expect(told(r2)).toEqual([]);
    await place('h1', ANN);
    await pass();
    mediaHolds.mediaExpected('s2', 'r2');
    await pass();
    expect(told(r2)).toEqual(['s1 held', 's2 held']);
  });

  it('are told what they missed when they compare', async () => {
    recorders.remove(r1);
    await place('h1', S1);
    await pass();
    recorders.add(r1);
    await mediaHolds.compare('r1', [
      { sessionId: 's1', held: false },
      { sessionId: 's2', held: true },
      { sessionId: 'unknown', held: true },
    ]);
    await pass();
    expect(told(r1)).toEqual(['s1 held, s2 not']);
    await mediaHolds.compare('r1', [{ sessionId: 's1', held: true }, { sessionId: 's2' }]);
    await pass();
    expect(r1.holds).toHaveLength(1);
  });

  it('are told again until they know, and then what is true by then', async () => {
    r1.refusal = new Error('The disk is full.');
    await place('h1', S1);
    await pass();
    await release('h1');
    await place('h2', { kind: 'session', sessionId: 's2' });
    await pass(4_999);
    expect(told(r1)).toEqual(['s1 held']);
    r1.refusal = undefined;
    await pass(1);
    expect(told(r1)).toEqual(['s1 held', 's1 not, s2 held']);
    r1.refusal = new Error('gone');
    await place('h3', S1);
    await pass();
    recorders.remove(r1);
    await pass(5_000);
    expect(r1.holds).toHaveLength(3);
  });

  it('get many sessions in several messages', async () => {
    for (let at = 0; at < 150; at += 1)
      await putRecorded(database, { sessionId: `m${at}`, startedAtMs: 1, endedAtMs: 2, bytes: { r1: 1 } });
    await place('h1', ANN);
    await pass();
    expect(r1.holds.map((list) => list.length)).toEqual([100, 52]);
  });
});

describe('a recorder without one', () => {
  it('is told nothing', async () => {
    r1.status = { ...r1.status, store: { kind: 'local', backlogSegments: 0, backlogBytes: 0 } };
    await place('h1', ANN);
    await pass();
    expect([told(r1), told(r2)]).toEqual([[], ['s1 held']]);
  });
});
