import { beforeEach, describe, expect, it } from '@jest/globals';
import { createRecordedMediaRepository } from '../recordedMedia.ts';
import { createRecordingsRepository } from '../recordings.ts';
import { seedDevices } from './fixtures.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const HASH = '0'.repeat(64);
const always = { fromMs: 0, toMs: 1_000_000 };
const partFrom = (fromMs: number, recordedMs: number) => ({
  recordedMs,
  stretches: [{ fromMs, toMs: fromMs + recordedMs }],
});
const ofUser = { from: { kind: 'user', userId: 'ann@desk' } as const, companyId: 'c1' };

/** What finding recorded media must do on every database. */
export function recordedMediaSuite(create: CreateEmptyDatabase): void {
  describe('recorded media', () => {
    const database = freshDatabase(create);
    const media = () => createRecordedMediaRepository(database());

    beforeEach(async () => {
      await seedDevices(database(), ['d1']);
      const recordings = createRecordingsRepository(database());
      for (const [sessionId, startedAtMs, userId] of [
        ['s2', 50_000, 'ann@desk'],
        ['s1', 1_000, 'ann@desk'],
        ['bob', 1_000, 'bob@desk'],
      ] as const) {
        const names = { companyId: 'c1', deviceId: 'd1', userName: 'ann', hostName: 'desk' };
        await recordings.addSession({ sessionId, userId, startedAtMs, ...names });
        for (const trackId of ['display-1', 'display-2']) {
          const runId = `${sessionId} ${trackId}`;
          await recordings.addRun({
            runId,
            sessionId,
            trackId,
            label: 'Screen',
            startedAtMs,
            source: 'live',
          });
          await database()
            .updateTable('runs')
            .set({ recorder_id: trackId === 'display-1' ? 'r1' : 'r2' })
            .where('run_id', '=', runId)
            .execute();
          await recordings.addSegments(
            [0, 1].map((index) => ({
              runId,
              segment: {
                index,
                startMs: startedAtMs + index * 6_000,
                durationMs: 6_000,
                bytes: 1,
                sha256: HASH,
                holes: [],
              },
            })),
          );
        }
      }
      await recordings.endSession('s1', 13_000, 'stopped');
    });

    it('of a user is found across sessions, in order of time', async () => {
      const found = await media().find({ ...ofUser, trackId: 'display-1', range: always });
      expect(found).toEqual(
        (
          [
            ['s1', 1_000],
            ['s2', 50_000],
          ] as const
        ).map(([sessionId, sessionStartedAtMs]) => ({
          companyId: 'c1',
          userId: 'ann@desk',
          userName: 'ann',
          groupId: null,
          sessionId,
          sessionStartedAtMs,
          trackId: 'display-1',
          byRecorder: new Map([['r1', partFrom(sessionStartedAtMs, 12_000)]]),
        })),
      );
    });

    it('is found within the range only', async () => {
      const sessions = async (fromMs: number, toMs: number) =>
        (await media().find({ ...ofUser, trackId: 'display-1', range: { fromMs, toMs } })).map(
          ({ sessionId, byRecorder }) => [sessionId, byRecorder.get('r1')],
        );
      expect(await sessions(0, 1_000)).toEqual([]);
      expect(await sessions(7_000, 50_000)).toEqual([['s1', partFrom(7_000, 6_000)]]);
      expect(await sessions(13_000, 50_001)).toEqual([
        ['s2', { recordedMs: 6_000, stretches: [{ fromMs: 50_000, toMs: 50_001 }] }],
      ]);
    });

    it('is told apart by recorder, with when each has it; who has none of it any more is still known', async () => {
      const recordings = createRecordingsRepository(database());
      for (const [runId, recorderId, startMs] of [
        ['went on', 'r2', 62_100],
        ['came back', 'r1', 70_000],
      ] as const) {
        const run = { runId, sessionId: 's2', trackId: 'display-1', label: 'Screen', startedAtMs: startMs };
        await recordings.addRun({ ...run, source: 'live' });
        await database()
          .updateTable('runs')
          .set({ recorder_id: recorderId })
          .where('run_id', '=', runId)
          .execute();
        const segment = { index: 0, startMs, durationMs: 1_000, bytes: 1, sha256: HASH, holes: [] };
        await recordings.addSegments([{ runId, segment }]);
      }
      const partsOfLast = async () =>
        (await media().find({ ...ofUser, trackId: 'display-1', range: always }))[1]?.byRecorder;
      const stretches = [
        { fromMs: 50_000, toMs: 62_000 },
        { fromMs: 70_000, toMs: 71_000 },
      ];
      expect(await partsOfLast()).toEqual(
        new Map([
          ['r1', { recordedMs: 13_000, stretches }],
          ['r2', partFrom(62_100, 1_000)],
        ]),
      );
      await database()
        .updateTable('segments')
        .set({ deleted_at_ms: 1 })
        .where('run_id', '=', 'went on')
        .execute();
      expect((await partsOfLast())?.get('r2')).toEqual({ recordedMs: 0, stretches: [] });
    });

    it('of a session is found with all of its tracks, and not through another company', async () => {
      const from = { kind: 'session', sessionId: 'bob' } as const;
      const found = await media().find({ from, companyId: 'c1', range: always });
      expect(found.map(({ trackId, byRecorder }) => [trackId, [...byRecorder.keys()]])).toEqual([
        ['display-1', ['r1']],
        ['display-2', ['r2']],
      ]);
      expect(await media().find({ from, companyId: 'c2', range: always })).toEqual([]);
    });
  });
}
