import { beforeEach, describe, expect, it } from '@jest/globals';
import { createHealingRepository } from '../healing.ts';
import { createPiecesRepository, type StoredPiece } from '../pieces.ts';
import { createRecordingsRepository } from '../recordings.ts';
import { seedDevices } from './fixtures.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const session = (sessionId: string, startedAtMs: number, deviceId = 'd1') => ({
  sessionId,
  companyId: 'c1',
  deviceId,
  userId: 'ann@desk',
  userName: 'ann',
  hostName: 'desk',
  startedAtMs,
});
const pieceOf = (pieceId: string, change: Partial<StoredPiece> = {}): StoredPiece => ({
  pieceId,
  sessionId: 's1',
  trackId: 'display-1',
  deviceId: 'd1',
  recorderId: 'r1',
  fromMs: 10_000,
  toMs: 20_000,
  bytes: 5_000_000_000,
  sha256: 'a'.repeat(64),
  mimeType: 'video/mp4',
  state: 'offered',
  message: null,
  offeredAtMs: 30_000,
  changedAtMs: 30_000,
  ...change,
});

/** What pieces that agents recorded themselves, and the sessions that get them, must do on every database. */
export function piecesSuite(create: CreateEmptyDatabase): void {
  describe('pieces', () => {
    const database = freshDatabase(create);
    const pieces = () => createPiecesRepository(database());
    const healing = () => createHealingRepository(database());
    const recordings = () => createRecordingsRepository(database());

    beforeEach(async () => {
      await seedDevices(database(), ['d1', 'd2']);
      await recordings().addSession(session('s1', 1_000));
    });

    it('say what their device said last, until they are uploaded', async () => {
      expect(await pieces().offer(pieceOf('p1'))).toEqual(pieceOf('p1'));
      const again = { bytes: 7, sha256: 'b'.repeat(64), toMs: 21_000 };
      const offered = await pieces().offer(
        pieceOf('p1', { ...again, recorderId: 'r2', offeredAtMs: 40_000 }),
      );
      expect(offered).toEqual(pieceOf('p1', again));
      expect(await pieces().offer(pieceOf('p1', { deviceId: 'd2', bytes: 1 }))).toEqual(offered);
      await pieces().change('p1', 'uploaded', null, 50_000);
      expect(await pieces().offer(pieceOf('p1', { bytes: 8 }))).toMatchObject({
        bytes: 7,
        state: 'uploaded',
      });
    });

    it('only move on', async () => {
      await pieces().offer(pieceOf('p1'));
      expect(await pieces().change('none', 'uploaded', null, 1)).toBe(false);
      expect(await pieces().change('p1', 'uploaded', null, 40_000)).toBe(true);
      expect(await pieces().change('p1', 'uploaded', null, 41_000)).toBe(false);
      await pieces().moveTo('p1', 'r2', 42_000);
      expect(await pieces().find('p1')).toMatchObject({ recorderId: 'r2', state: 'offered' });
      expect(await pieces().change('p1', 'unusable', 'no frame in it', 43_000)).toBe(true);
      expect(await pieces().change('p1', 'healed', null, 44_000)).toBe(false);
      await pieces().moveTo('p1', 'r3', 45_000);
      expect(await pieces().find('p1')).toEqual(
        pieceOf('p1', {
          recorderId: 'r2',
          state: 'unusable',
          message: 'no frame in it',
          changedAtMs: 43_000,
        }),
      );
    });

    it('are listed in order of time, and counted until they are finished', async () => {
      await pieces().offer(pieceOf('p1', { fromMs: 30_000, toMs: 40_000 }));
      await pieces().offer(pieceOf('p2'));
      await pieces().offer(pieceOf('p3', { fromMs: 20_000 }));
      expect((await pieces().list('s1')).map(({ pieceId }) => pieceId)).toEqual(['p2', 'p3', 'p1']);
      expect(await pieces().outstanding('d1', 0)).toEqual({ pieces: 3, bytes: 15_000_000_000 });
      await pieces().change('p2', 'not-needed', null, 50_000);
      await pieces().change('p3', 'uploaded', null, 50_000);
      expect(await pieces().outstanding('d1', 0)).toEqual({ pieces: 2, bytes: 10_000_000_000 });
      expect(await pieces().outstanding('d1', 40_000)).toEqual({ pieces: 1, bytes: 5_000_000_000 });
      expect(await pieces().outstanding('d2', 0)).toEqual({ pieces: 0, bytes: 0 });
    });

    it('wait while the media of their session is being deleted', async () => {
      await database()
        .insertInto('deletion_claims')
        .values({
          claim_id: 'claim',
          session_id: 's1',
          recorder_id: 'r1',
          cause: 'retention-age',
          claimed_at_ms: 1_000,
          begun_at_ms: 2_000,
          deleted_at_ms: null,
          deleted_bytes: null,
        })
        .execute();
      expect(await pieces().offer(pieceOf('p1'))).toBeUndefined();
      expect(await pieces().find('p1')).toBeUndefined();
      await database().updateTable('deletion_claims').set({ deleted_at_ms: 3_000 }).execute();
      expect(await pieces().offer(pieceOf('p1'))).toEqual(pieceOf('p1'));
    });

    it('begin anew at another recorder', async () => {
      await healing().addHealedRun(pieceOf('p1'), 10_000);
      const segment = { index: 0, startMs: 10_000, durationMs: 6_000, bytes: 1, sha256: '', holes: [] };
      await recordings().addSegments([{ runId: 'p1', segment }]);
      await healing().addHealedRun(pieceOf('p1'), 10_000);
      expect(await healing().listStretches('s1', 'display-1')).toMatchObject([{ segments: [{}] }]);
      await healing().addHealedRun(pieceOf('p1', { recorderId: 'r2' }), 10_000);
      expect(await healing().listStretches('s1', 'display-1')).toMatchObject([{ segments: [] }]);
      expect(await healing().findTarget('s1')).toMatchObject({ recorderIds: ['r2'] });
    });

    it('extend a session whose end was concluded, and say why the time between is missing', async () => {
      await healing().extendSession('s1', 9_000);
      expect(await healing().findTarget('s1')).toMatchObject({ endedAtMs: null });
      await recordings().endSession('s1', 10_000, 'connection-lost');
      await healing().extendSession('s1', 25_000);
      await healing().extendSession('s1', 24_000);
      expect(await healing().findTarget('s1')).toMatchObject({ endedAtMs: 25_000 });
      expect(await database().selectFrom('interruptions').selectAll().execute()).toMatchObject([
        { session_id: 's1', track_id: null, reason: 'reconnecting', from_ms: 10_000, to_ms: 25_000 },
      ]);
      await recordings().addSession(session('s2', 30_000));
      await recordings().endSession('s2', 40_000, 'stopped');
      await healing().extendSession('s2', 50_000);
      expect(await healing().findTarget('s2')).toMatchObject({ endedAtMs: 40_000 });
    });

    it('find their session, with whose it is, who recorded it, and when the next one began', async () => {
      await recordings().addSession(session('s2', 30_000));
      await recordings().addSession(session('s3', 20_000, 'd2'));
      await recordings().addTrack('s1', 'display-1', 'Screen');
      await recordings().addTrack('s1', 'display-2', 'Two');
      await healing().addHealedRun(pieceOf('p1'), 10_000);
      await healing().addHealedRun(pieceOf('p2', { recorderId: 'r2', trackId: 'display-2' }), 12_000);
      expect(await healing().findTarget('s1')).toEqual({
        ...session('s1', 1_000),
        endedAtMs: null,
        endReason: null,
        nextStartMs: 30_000,
        recorderIds: ['r2', 'r1'],
        trackIds: expect.arrayContaining(['display-1', 'display-2']),
      });
      expect(await healing().findTarget('s2')).toMatchObject({ nextStartMs: null, recorderIds: [] });
      expect(await healing().findTarget('none')).toBeUndefined();
    });

    it('see what is recorded of their track, run by run, and what was not wanted', async () => {
      const run = { sessionId: 's1', label: 'Screen', source: 'live' as const };
      await recordings().addRun({ ...run, runId: 'r', trackId: 'display-1', startedAtMs: 2_000 });
      await recordings().addRun({ ...run, runId: 'other', trackId: 'display-2', startedAtMs: 2_000 });
      const segment = { bytes: 1, sha256: 'a'.repeat(64), holes: [], durationMs: 6_000 };
      const holes = [{ fromMs: 12_000, toMs: 14_000 }];
      await recordings().addSegments([
        { runId: 'r', segment: { ...segment, index: 1, startMs: 8_000, holes } },
        { runId: 'r', segment: { ...segment, index: 0, startMs: 2_000 } },
      ]);
      await recordings().addTrack('s1', 'display-1', 'Another name');
      await healing().addHealedRun(pieceOf('p1'), 10_000);
      await healing().addHealedRun(pieceOf('p1'), 10_000);
      expect(await healing().listStretches('s1', 'display-1')).toEqual([
        {
          runId: 'r',
          source: 'live',
          startedAtMs: 2_000,
          endedAtMs: null,
          segments: [
            { fromMs: 2_000, toMs: 8_000 },
            { fromMs: 8_000, toMs: 12_000 },
          ],
        },
        { runId: 'p1', source: 'healed', startedAtMs: 10_000, endedAtMs: null, segments: [] },
      ]);
      expect(await healing().listStretches('s1', 'display-1', 8_001)).toMatchObject([
        { runId: 'r', segments: [{ fromMs: 8_000, toMs: 12_000 }] },
        { runId: 'p1', segments: [] },
      ]);
      const interruption = { session_id: 's1', track_id: null, from_ms: 5_000, to_ms: null };
      await database()
        .insertInto('interruptions')
        .values([
          { ...interruption, interruption_id: 'i1', reason: 'paused-by-user' },
          { ...interruption, interruption_id: 'i2', reason: 'policy-blackout', track_id: 'display-2' },
          { ...interruption, interruption_id: 'i3', reason: 'reconnecting', from_ms: 7_000, to_ms: 9_000 },
        ])
        .execute();
      expect(await healing().listUnwanted('s1', 'display-1')).toEqual([
        { fromMs: 5_000, toMs: 7_000 },
        { fromMs: 9_000, toMs: Number.MAX_SAFE_INTEGER },
      ]);
      expect(await healing().listUnwanted('s1', 'display-2')).toEqual([
        { fromMs: 5_000, toMs: Number.MAX_SAFE_INTEGER },
      ]);
    });
  });
}
