import { beforeEach, describe, expect, it } from '@jest/globals';
import { createRecordedMediaRepository } from '../recordedMedia.ts';
import { createRecordingsRepository } from '../recordings.ts';
import { seedDevices } from './fixtures.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const HASH = '0'.repeat(64);
const always = { fromMs: 0, toMs: 1_000_000 };
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
        [
          ['s1', 1_000],
          ['s2', 50_000],
        ].map(([sessionId, sessionStartedAtMs]) => ({
          companyId: 'c1',
          userId: 'ann@desk',
          userName: 'ann',
          groupId: null,
          sessionId,
          sessionStartedAtMs,
          trackId: 'display-1',
          recordedMs: new Map([['r1', 12_000]]),
        })),
      );
    });

    it('is found within the range only', async () => {
      const sessions = async (fromMs: number, toMs: number) =>
        (await media().find({ ...ofUser, trackId: 'display-1', range: { fromMs, toMs } })).map(
          ({ sessionId, recordedMs }) => [sessionId, recordedMs.get('r1')],
        );
      expect(await sessions(0, 1_000)).toEqual([]);
      expect(await sessions(7_000, 50_000)).toEqual([['s1', 6_000]]);
      expect(await sessions(13_000, 50_001)).toEqual([['s2', 6_000]]);
    });

    it('of a session is found with all of its tracks, and not through another company', async () => {
      const from = { kind: 'session', sessionId: 'bob' } as const;
      const found = await media().find({ from, companyId: 'c1', range: always });
      expect(found.map(({ trackId, recordedMs }) => [trackId, [...recordedMs.keys()]])).toEqual([
        ['display-1', ['r1']],
        ['display-2', ['r2']],
      ]);
      expect(await media().find({ from, companyId: 'c2', range: always })).toEqual([]);
    });
  });
}
