import { beforeEach, describe, expect, it } from '@jest/globals';
import { ProtocolError, type SessionLedger } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { ClientDirectory } from '../clients/directory.ts';
import { openSqliteDatabase } from '../db/database.ts';
import { createRepositories, type Repositories } from '../db/repositories.ts';
import { createFakeRecorder, type FakeRecorder } from '../recording/fakeRecorder.ts';
import { RecorderPool } from '../recording/recorderPool.ts';
import { createGapAlarms } from './gapAlarms.ts';
import { createLedgerClosings, type LedgerClosings } from './ledgerClosings.ts';

const logger = createLogger('test', 'silent');
const TRACK = 'display-1';

let repositories: Repositories;
let recorder: FakeRecorder;
let recorders: RecorderPool;
let clock: ManualClock;
let looked: SessionLedger[];
let closings: LedgerClosings;

/** Lets what is due now, and the database, run to its end. */
const pass = async (ms: number): Promise<void> => {
  clock.advance(ms);
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
const follow = (): LedgerClosings =>
  createLedgerClosings({
    ledgers: repositories.ledgers,
    directory: new ClientDirectory(logger),
    recorders,
    sessionWritten: () => Promise.resolve(),
    onLedger: (ledger) => looked.push(ledger),
    clock,
    logger,
  });
const segment = (index: number, startMs: number) => ({
  index,
  startMs,
  durationMs: 6_000,
  bytes: 1,
  sha256: 'a'.repeat(64),
  holes: [],
});

beforeEach(async () => {
  repositories = createRepositories(await openSqliteDatabase(':memory:'));
  recorder = createFakeRecorder();
  recorders = new RecorderPool(logger);
  recorders.add(recorder);
  clock = createManualClock(100_000);
  looked = [];
  closings = follow();
  const { recordings } = repositories;
  await recordings.addSession({
    sessionId: 's1',
    companyId: 'c1',
    deviceId: 'd1',
    userId: 'ann@desk',
    userName: 'ann',
    hostName: 'desk',
    startedAtMs: 1_000,
  });
  await recordings.addRun({
    runId: 'r1',
    sessionId: 's1',
    trackId: TRACK,
    label: 'Screen',
    startedAtMs: 1_000,
    source: 'live',
    recorderId: recorder.recorderId,
  });
  await recordings.addSegments([{ runId: 'r1', segment: segment(0, 1_500) }]);
});

const endSession = async (): Promise<void> => {
  await repositories.recordings.endRun('r1', 8_000, 'stopped');
  await repositories.recordings.endSession('s1', 8_000, 'stopped');
};

describe('the ledger of a session that has ended', () => {
  it('is told to the recorder that has its media, once', async () => {
    await endSession();
    closings.sessionLedgerClosed('s1');
    await pass(0);
    await pass(2_000);
    expect(recorder.closings).toEqual([
      {
        companyId: 'c1',
        userId: 'ann@desk',
        sessionId: 's1',
        sessionStartedAtMs: 1_000,
        endedAtMs: 8_000,
        tracks: [
          {
            trackId: TRACK,
            spans: [
              { state: 'missing', fromMs: 1_000, toMs: 1_500, reason: 'starting' },
              { state: 'recorded', fromMs: 1_500, toMs: 7_500, source: 'live' },
              { state: 'missing', fromMs: 7_500, toMs: 8_000, reason: 'not-shared' },
            ],
          },
        ],
      },
    ]);
    expect(looked).toMatchObject([{ sessionId: 's1', tracks: [{ recordedMs: 6_000, missingMs: 1_000 }] }]);
    recorders.remove(recorder);
    recorders.add(recorder);
    await pass(60_000);
    expect(recorder.closings).toHaveLength(1);
  });

  it('waits until its last run is over', async () => {
    await repositories.recordings.endSession('s1', 8_000, 'stopped');
    closings.sessionLedgerClosed('s1');
    await pass(0);
    await pass(2_000);
    expect(recorder.closings).toEqual([]);
    await repositories.recordings.endRun('r1', 8_000, 'stopped');
    await pass(2_000);
    expect(recorder.closings).toHaveLength(1);
  });

  it('is told when the recorder is back, also by the next server', async () => {
    recorders.remove(recorder);
    await endSession();
    closings.sessionLedgerClosed('s1');
    await pass(0);
    await pass(2_000);
    closings.close();
    closings = follow();
    await closings.resume();
    recorders.add(recorder);
    await pass(2_000);
    expect(recorder.closings).toHaveLength(1);
  });

  it('is told again until the recorder has taken it, unless it has nothing of the session', async () => {
    const { closeSession } = recorder;
    recorder.closeSession = () => Promise.reject(new ProtocolError('timeout', 'No answer.'));
    await endSession();
    closings.sessionLedgerClosed('s1');
    await pass(0);
    await pass(2_000);
    recorder.closeSession = closeSession;
    await pass(5_000);
    expect(recorder.closings).toHaveLength(1);
    recorder.closeSession = () => Promise.reject(new ProtocolError('unknown-session', 'No such session.'));
    closings.sessionLedgerClosed('s1');
    await pass(0);
    await pass(2_000);
    expect(await repositories.ledgers.openClosings()).toEqual([]);
  });

  it('is told again when a segment comes late, and not because of those of sessions that run', async () => {
    await closings.segmentRecorded('r1');
    await pass(2_000);
    expect(recorder.closings).toEqual([]);
    await endSession();
    closings.sessionLedgerClosed('s1');
    await pass(0);
    await pass(2_000);
    await closings.segmentRecorded('r1');
    await pass(2_000);
    expect(recorder.closings).toHaveLength(2);
  });

  it('is told again when a segment comes while it is being told', async () => {
    const { closeSession } = recorder;
    recorder.closeSession = async (closing) => {
      recorder.closeSession = closeSession;
      await repositories.recordings.addSegments([{ runId: 'r1', segment: segment(1, 7_500) }]);
      await closings.segmentRecorded('r1');
      await closeSession(closing);
    };
    await endSession();
    closings.sessionLedgerClosed('s1');
    await pass(0);
    await pass(2_000);
    await pass(2_000);
    expect(recorder.closings.map(({ tracks }) => tracks[0]?.spans.at(-1)?.state)).toEqual([
      'missing',
      'recorded',
    ]);
    expect(await repositories.ledgers.openClosings()).toEqual([]);
  });

  it('is told for a few sessions at a time to a recorder that has missed many', async () => {
    const { recordings } = repositories;
    const sessionIds = Array.from({ length: 10 }, (_, at) => `s1${at}`);
    for (const sessionId of sessionIds) {
      const of = { companyId: 'c1', deviceId: 'd1', userId: 'ann@desk', userName: 'ann', hostName: 'desk' };
      const run = { sessionId, trackId: TRACK, label: 'Screen', startedAtMs: 1_000, source: 'live' as const };
      await recordings.addSession({ ...of, sessionId, startedAtMs: 1_000 });
      await recordings.addRun({ ...run, runId: `run of ${sessionId}`, recorderId: recorder.recorderId });
      await recordings.endRun(`run of ${sessionId}`, 8_000, 'stopped');
      await recordings.endSession(sessionId, 8_000, 'stopped');
    }
    const answers: (() => void)[] = [];
    recorder.closeSession = () => new Promise((resolve) => answers.push(resolve));
    for (const sessionId of sessionIds) closings.sessionLedgerClosed(sessionId);
    await pass(0);
    await pass(2_000);
    expect(answers).toHaveLength(4);
    for (const answer of answers) {
      answer();
      await pass(0);
    }
    expect(answers).toHaveLength(10);
    expect(await repositories.ledgers.openClosings()).toEqual([]);
  });
});

describe('a gap that nothing explains', () => {
  it('is told once: of what runs within a minute, and not again at its end', async () => {
    const told: string[] = [];
    const alarms = createGapAlarms({ ledgers: repositories.ledgers, clock, logger });
    alarms.events.on('alarm', ({ code, trackId }) => told.push(`${code} ${trackId}`));
    await repositories.recordings.addSegments([
      { runId: 'r1', segment: segment(1, 9_500) },
      { runId: 'r1', segment: segment(2, 15_500) },
    ]);
    await pass(60_000);
    expect(told).toEqual([`unexplained-gap ${TRACK}`]);
    await pass(60_000);
    await repositories.recordings.endRun('r1', 21_600, 'stopped');
    await repositories.recordings.endSession('s1', 21_600, 'stopped');
    closings.sessionLedgerClosed('s1');
    await pass(0);
    await pass(2_000);
    const [ledger] = looked;
    expect(ledger?.tracks[0]?.spans).toContainEqual({
      state: 'missing',
      fromMs: 7_500,
      toMs: 9_500,
      reason: 'unknown',
    });
    if (ledger !== undefined) alarms.look(ledger, { companyId: 'c1', groupId: null });
    expect(told).toHaveLength(1);
    alarms.close();
  });
});
