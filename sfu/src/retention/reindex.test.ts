import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createAuditLog } from '../audit/auditLog.ts';
import { openSqliteDatabase, type Database } from '../db/database.ts';
import { createRepositories, type Repositories } from '../db/repositories.ts';
import { seedDevices } from '../db/suites/fixtures.ts';
import { putRecorded, runAt } from '../db/suites/recorded.ts';
import { createReconciliation } from './reconciliation.ts';
import { reindex, type ReindexOutcome, type SessionOnDisk } from './reindex.ts';

const logger = createLogger('test', 'silent');

let database: Database;
let repositories: Repositories;
beforeEach(async () => {
  database = await openSqliteDatabase(':memory:');
  repositories = createRepositories(database);
  await seedDevices(database, ['d1']);
  await putRecorded(database, { sessionId: 's1', startedAtMs: 1_000, endedAtMs: 2_000, bytes: { r1: 10 } });
  await repositories.recordings.endRun(runAt('s1', 'r1'), 2_000, 'stopped');
});
afterEach(() => database.destroy());

const segment = (index: number) => ({
  index,
  startMs: 5_000 + index,
  durationMs: 1,
  bytes: 10,
  sha256: 'a'.repeat(64),
  holes: [],
});
const onDisk = (sessionId: string, segments: number, companyId = 'c1'): SessionOnDisk => ({
  sessionId,
  companyId,
  userId: 'ann',
  sessionStartedAtMs: sessionId === 's1' ? 1_000 : 5_000,
  userName: 'ann',
  hostName: 'desk',
  endedAtMs: 9_000,
  runs: [
    {
      runId: runAt(sessionId, 'r1'),
      trackId: 'display-1',
      label: 'Screen',
      source: 'live',
      startedAtMs: 5_000,
      endedAtMs: 9_000,
      endReason: 'stopped',
      segments,
    },
  ],
});
const run = (
  sessions: SessionOnDisk[],
  confirmedDrops?: number,
  open: string[] = [],
): Promise<ReindexOutcome> =>
  reindex(
    {
      reconciliation: createReconciliation({
        repository: repositories.reconciliation,
        auditLog: createAuditLog({ repository: repositories.audit, clock: createManualClock(), logger }),
        logger,
      }),
      repository: repositories.reconciliation,
      recordings: repositories.recordings,
    },
    {
      recorderId: 'r1',
      sessions,
      readSegments: async ({ runs }, runId) => {
        const length = runs.find((one) => one.runId === runId)?.segments;
        return Array.from({ length: length ?? 0 }, (_, index) => segment(index));
      },
      reports: [
        {
          recorderId: 'r1',
          fromMs: 0,
          toMs: null,
          sessions: sessions.map((session) => ({
            ...session,
            runs: session.runs.map(({ runId, segments }) => ({
              runId,
              segments,
              bytes: segments * 10,
            })),
          })),
        },
      ],
      openRuns: new Set(open),
    },
    confirmedDrops,
  );
const bytesOf = async (sessionId: string): Promise<number | undefined> =>
  (await repositories.recordings.findSession(sessionId))?.tracks[0]?.runs[0]?.bytes;
const audited = async (): Promise<unknown[]> =>
  (await repositories.audit.read('c1', 0, 10)).map(({ action, details }) => ({ action, ...details }));

describe('reindexing', () => {
  it('enters what the database has lost, and says so in the audit log', async () => {
    expect(await run([onDisk('s1', 1), onDisk('lost', 3)])).toEqual({
      done: true,
      enteredSessions: 1,
      addedSegments: 3,
      droppedSegments: 0,
      refused: [],
    });
    expect([await bytesOf('s1'), await bytesOf('lost')]).toEqual([10, 30]);
    expect(await audited()).toEqual([
      { action: 'recording-reindexed', sessionId: 'lost', userId: 'ann', recorderId: 'r1', entered: 1 },
    ]);
    expect(await run([onDisk('s1', 1), onDisk('lost', 3)])).toMatchObject({ done: true, addedSegments: 0 });
  });

  it('adds the segments that a run lacks', async () => {
    expect(await run([onDisk('s1', 3)])).toMatchObject({ done: true, enteredSessions: 0, addedSegments: 2 });
    expect(await bytesOf('s1')).toBe(30);
  });

  it('drops no more than it adds, unless it was told how much', async () => {
    const refused = { done: false, addedSegments: 0, droppedSegments: 1 };
    expect(await run([])).toMatchObject(refused);
    expect(await run([], 2)).toMatchObject(refused);
    expect(await bytesOf('s1')).toBe(10);
    expect(await run([], 1)).toMatchObject({ done: true, droppedSegments: 1 });
    expect(await bytesOf('s1')).toBe(0);
    expect(await audited()).toMatchObject([{ action: 'recording-reindexed', sessionId: 's1', dropped: 1 }]);
  });

  it('leaves alone what is being recorded', async () => {
    const open = [runAt('s1', 'r1')];
    expect(await run([onDisk('s1', 3)], undefined, open)).toMatchObject({ done: true, addedSegments: 0 });
    expect(await run([], undefined, open)).toMatchObject({ done: true, droppedSegments: 0 });
    expect(await bytesOf('s1')).toBe(10);
  });

  it('enters the others when one belongs to nobody', async () => {
    const outcome = await run([onDisk('s1', 1), onDisk('stray', 1, 'c9'), onDisk('lost', 1)]);
    expect(outcome).toMatchObject({ done: true, enteredSessions: 1 });
    expect(outcome.refused).toEqual([expect.stringContaining('c9')]);
    expect(await bytesOf('lost')).toBe(10);
  });
});
