import { beforeEach, describe, expect, it } from '@jest/globals';
import { createReconciliationRepository, type FoundSession } from '../reconciliation.ts';
import { createRecordingsRepository } from '../recordings.ts';
import { seedDevices } from './fixtures.ts';
import { putRecorded, runAt } from './recorded.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const place = (sessionId: string, sessionStartedAtMs: number) => ({
  sessionId,
  companyId: 'c1',
  userId: 'ann',
  sessionStartedAtMs,
});
const onDisk = (runId: string, segments: number, bytes: number) => ({ runId, segments, bytes });
const found = (change: Partial<FoundSession> = {}): FoundSession => ({
  ...place('found', 5_000),
  userName: 'ann',
  hostName: 'desk',
  endedAtMs: 9_000,
  runs: [
    {
      runId: 'found-run',
      trackId: 'display-1',
      label: 'Screen',
      source: 'live',
      startedAtMs: 5_000,
      endedAtMs: 9_000,
      endReason: 'recorder-lost',
    },
  ],
  ...change,
});

/** What reconciliation must do on every database. */
export function reconciliationSuite(create: CreateEmptyDatabase): void {
  describe('reconciliation', () => {
    const database = freshDatabase(create);
    const reconciliation = () => createReconciliationRepository(database());
    const recordings = () => createRecordingsRepository(database());
    const compare = (
      sessions: Parameters<ReturnType<typeof reconciliation>['compare']>[0]['sessions'],
      { fromMs = 0, toMs = null }: { fromMs?: number; toMs?: number | null } = {},
    ) => reconciliation().compare({ recorderId: 'r1', fromMs, toMs, sessions });
    const put = async (sessionId: string, startedAtMs: number) => {
      const bytes = { r1: 100, r2: 70 };
      await putRecorded(database(), { sessionId, startedAtMs, endedAtMs: startedAtMs + 1, bytes });
      await recordings().endRun(runAt(sessionId, 'r1'), startedAtMs + 1, 'stopped');
    };

    beforeEach(async () => {
      await seedDevices(database(), ['d1']);
      await put('s1', 1_000);
      await put('s2', 2_000);
    });
    const whole = (sessionId: string, startedAtMs: number) => ({
      ...place(sessionId, startedAtMs),
      runs: [onDisk(runAt(sessionId, 'r1'), 1, 100)],
    });

    it('finds nothing where disk and record agree', async () => {
      const nothing = { announceAgain: [], unknownSessions: [], missing: [] };
      expect(await compare([whole('s1', 1_000), whole('s2', 2_000)])).toEqual(nothing);
      expect(await compare([whole('s1', 1_000)], { toMs: 2_000 })).toEqual(nothing);
      expect(await compare([], { fromMs: 3_000 })).toEqual(nothing);
    });

    it('leaves alone what another recorder has of the same run', async () => {
      const other = { ...place('s1', 1_000), runs: [onDisk(runAt('s1', 'r2'), 3, 300)] };
      expect(await compare([other], { toMs: 1_500 })).toMatchObject({
        announceAgain: [],
        unknownSessions: [],
      });
    });

    it('tells what is more, other or less on disk', async () => {
      const more = { ...place('s1', 1_000), runs: [onDisk(runAt('s1', 'r1'), 2, 200)] };
      const other = { ...place('s2', 2_000), runs: [onDisk(runAt('s2', 'r1'), 1, 99)] };
      expect(await compare([more, other])).toMatchObject({
        announceAgain: [
          { sessionId: 's1', runId: runAt('s1', 'r1') },
          { sessionId: 's2', runId: runAt('s2', 'r1') },
        ],
        missing: [],
      });
      const less = { ...place('s1', 1_000), runs: [onDisk(runAt('s1', 'r1'), 0, 0)] };
      expect((await compare([less])).missing.toSorted((a, b) => a.runId.localeCompare(b.runId))).toEqual([
        { sessionId: 's1', runId: runAt('s1', 'r1'), segments: 1 },
        { sessionId: 's2', runId: runAt('s2', 'r1'), segments: 1 },
      ]);
    });

    it('knows no session of another place, nor a run that it was never told of', async () => {
      const elsewhere = { ...whole('s1', 1_000), userId: 'bob' };
      const newRun = {
        ...place('s2', 2_000),
        runs: [onDisk('never', 1, 1), onDisk(runAt('s2', 'r1'), 1, 100)],
      };
      const stranger = { ...place('never', 1_500), runs: [onDisk('never-run', 1, 1)] };
      expect(await compare([elsewhere, newRun, stranger])).toEqual({
        announceAgain: [],
        unknownSessions: ['s1', 's2', 'never'],
        missing: [],
      });
    });

    it('gives a run of which nobody noted who took it to who has it', async () => {
      await database().updateTable('runs').set({ recorder_id: null }).execute();
      await compare([whole('s1', 1_000), whole('s2', 2_000)]);
      const rows = await database().selectFrom('runs').selectAll().orderBy('run_id').execute();
      expect(rows.map((row) => row.recorder_id)).toEqual(['r1', null, 'r1', null]);
    });

    it('enters what was found, once, and drops what is not there', async () => {
      for (let time = 0; time < 2; time += 1)
        expect(await reconciliation().enter('r1', found())).toBe('entered');
      const segment = { startMs: 5_000, durationMs: 1, bytes: 10, sha256: 'a'.repeat(64), holes: [] };
      await recordings().addSegments(
        [0, 1, 2].map((index) => ({ runId: 'found-run', segment: { index, ...segment } })),
      );
      expect(await recordings().findSession('found')).toMatchObject({
        companyId: 'c1',
        userId: 'ann',
        startedAtMs: 5_000,
        endedAtMs: 9_000,
        tracks: [{ trackId: 'display-1', runs: [{ runId: 'found-run', bytes: 30 }] }],
      });
      expect(await reconciliation().drop('r2', 'found-run', [])).toBeUndefined();
      const dropped = { companyId: 'c1', sessionId: 'found' };
      expect(await reconciliation().drop('r1', 'found-run', [0, 2])).toEqual({ ...dropped, dropped: 1 });
      expect(await reconciliation().drop('r1', 'found-run', [])).toEqual({ ...dropped, dropped: 2 });
    });

    it('enters nothing that belongs to nobody, or to somebody else', async () => {
      expect(await reconciliation().enter('r1', found({ companyId: 'none' }))).toBe('unknown-company');
      expect(await reconciliation().enter('r1', found({ sessionId: 's1' }))).toBe('other-session');
    });
  });
}
