import { beforeEach, describe, expect, it } from '@jest/globals';
import { createInterruptionsRepository, type Interruption } from '../interruptions.ts';
import { createLedgerRecordsRepository } from '../ledgerRecords.ts';
import { createPiecesRepository } from '../pieces.ts';
import { createRecordingsRepository } from '../recordings.ts';
import { seedDevices } from './fixtures.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const TRACK = 'display-1';
const interruption = (interruptionId: string, change: Partial<Interruption> = {}): Interruption => ({
  interruptionId,
  sessionId: 's1',
  trackId: null,
  reason: 'reconnecting',
  fromMs: 5_000,
  toMs: null,
  ...change,
});

/** What ledgers are made of must be the same on every database. */
export function ledgerSuite(create: CreateEmptyDatabase): void {
  describe('ledgers', () => {
    const database = freshDatabase(create);
    const interruptions = () => createInterruptionsRepository(database());
    const recordings = () => createRecordingsRepository(database());
    const ledgers = () => createLedgerRecordsRepository(database());
    const addRun = async (runId: string, recorderId: string | null, source: 'live' | 'healed' = 'live') => {
      await recordings().addRun({
        runId,
        sessionId: 's1',
        trackId: TRACK,
        label: 'Screen',
        startedAtMs: 2_000,
        source,
      });
      await database()
        .updateTable('runs')
        .set({ recorder_id: recorderId })
        .where('run_id', '=', runId)
        .execute();
    };
    const offerPiece = (offeredAtMs: number) =>
      createPiecesRepository(database()).offer({
        pieceId: 'p1',
        sessionId: 's1',
        trackId: TRACK,
        deviceId: 'd1',
        recorderId: 'recorder-1',
        fromMs: 30_000,
        toMs: 40_000,
        bytes: 1,
        sha256: 'b'.repeat(64),
        mimeType: 'video/mp4',
        state: 'offered',
        message: null,
        offeredAtMs,
        changedAtMs: offeredAtMs,
      });

    beforeEach(async () => {
      await seedDevices(database(), ['d1']);
      await recordings().addSession({
        sessionId: 's1',
        companyId: 'c1',
        deviceId: 'd1',
        userId: 'ann@desk',
        userName: 'ann',
        hostName: 'desk',
        startedAtMs: 1_000,
      });
    });

    it('are explained by interruptions, of which the first end counts', async () => {
      await interruptions().add(interruption('i2', { fromMs: 9_000, trackId: TRACK, reason: 'stalled' }));
      await interruptions().add(interruption('i1'));
      await interruptions().end('i1', 7_000);
      await interruptions().end('i1', 8_000);
      expect(await interruptions().list('s1')).toEqual([
        interruption('i1', { toMs: 7_000 }),
        interruption('i2', { fromMs: 9_000, trackId: TRACK, reason: 'stalled' }),
      ]);
    });

    it('are explained by what a server left open up to the end of the session, or until now', async () => {
      await interruptions().add(interruption('i1'));
      await interruptions().endAll(20_000);
      await interruptions().add(interruption('i2', { fromMs: 30_000 }));
      await recordings().endSession('s1', 40_000, 'stopped');
      await interruptions().endAll(50_000);
      expect((await interruptions().list('s1')).map(({ toMs }) => toMs)).toEqual([20_000, 40_000]);
    });

    it('are made of segments, live runs, interruptions and what is awaited', async () => {
      await addRun('r1', 'recorder-1');
      await addRun('healed', 'recorder-1', 'healed');
      const segment = { index: 0, startMs: 2_000, durationMs: 6_000, bytes: 5, sha256: 'a'.repeat(64) };
      const holes = [{ fromMs: 3_000, toMs: 4_000 }];
      await recordings().addSegments([
        { runId: 'r1', segment: { ...segment, holes } },
        { runId: 'healed', segment: { ...segment, holes: [] } },
      ]);
      await recordings().endRun('r1', 9_000, 'stalled');
      await interruptions().add(interruption('i1'));
      await interruptions().add(interruption('i2', { trackId: 'another' }));
      await offerPiece(10_000);
      const times = { startMs: 2_000, durationMs: 6_000, deleted: false };
      const record = await ledgers().find('s1');
      expect(record).toMatchObject({ companyId: 'c1', sessionStartedAtMs: 1_000, endedAtMs: null });
      expect(record?.tracks).toEqual([
        {
          trackId: TRACK,
          label: 'Screen',
          segments: expect.arrayContaining([
            { runId: 'r1', source: 'live', holes, ...times },
            { runId: 'healed', source: 'healed', holes: [], ...times },
          ]),
          runs: [{ runId: 'r1', startedAtMs: 2_000, endedAtMs: 9_000, endReason: 'stalled' }],
          interruptions: [interruption('i1')],
          awaited: [{ fromMs: 30_000, toMs: 40_000 }],
        },
      ]);
      const later = { ...segment, index: 1, startMs: 8_000, holes: [] };
      await recordings().addSegments([{ runId: 'r1', segment: later }]);
      const latest = await ledgers().find('s1', 1);
      expect(latest?.tracks[0]?.segments.map(({ startMs }) => startMs).toSorted()).toEqual([2_000, 8_000]);
      expect(latest?.tracks[0]?.segments.find(({ source }) => source === 'live')?.startMs).toBe(8_000);
      expect(await ledgers().find('none')).toBeUndefined();
      expect(await ledgers().running()).toEqual(['s1']);
    });

    it('are told to each recorder that has media of the session, when it has ended, once', async () => {
      await addRun('r1', 'recorder-1');
      await addRun('r2', 'recorder-1');
      await addRun('r3', 'recorder-2');
      await addRun('r4', null);
      expect(await ledgers().openClosings()).toEqual([]);
      expect(await ledgers().endedSessionOf('r1')).toBeUndefined();
      await recordings().endSession('s1', 50_000, 'stopped');
      expect(await ledgers().endedSessionOf('r1')).toBe('s1');
      expect(await ledgers().running()).toEqual([]);
      const closing = (recorderId: string) => ({ sessionId: 's1', recorderId });
      const both = [closing('recorder-1'), closing('recorder-2')];
      expect(await ledgers().openClosings()).toEqual(expect.arrayContaining(both));
      expect(await ledgers().openClosings()).toHaveLength(2);
      expect(await ledgers().openClosings('s1')).toHaveLength(2);
      expect(await ledgers().openClosings('s2')).toEqual([]);
      await ledgers().closed(closing('recorder-1'), 50_000, 51_000);
      expect(await ledgers().openClosings()).toEqual([closing('recorder-2')]);
      await ledgers().closed(closing('recorder-2'), 50_000, 51_000);
      expect(await ledgers().openClosings()).toEqual([]);
    });

    it('are told again when the session was extended or healed, or more of it has come', async () => {
      await addRun('r1', 'recorder-1');
      await recordings().endSession('s1', 50_000, 'stopped');
      const closing = { sessionId: 's1', recorderId: 'recorder-1' };
      await ledgers().closed(closing, 49_000, 51_000);
      expect(await ledgers().openClosings()).toEqual([closing]);
      await ledgers().closed(closing, 50_000, 52_000);
      expect(await ledgers().openClosings()).toEqual([]);
      await ledgers().reopen('s1');
      expect(await ledgers().openClosings()).toEqual([closing]);
      await ledgers().closed(closing, 50_000, 53_000);
      await offerPiece(54_000);
      expect(await ledgers().openClosings()).toEqual([closing]);
      await ledgers().closed(closing, 50_000, 55_000);
      expect(await ledgers().openClosings()).toEqual([]);
    });

    it('are found by a device and an interval', async () => {
      const during = (fromMs: number, toMs: number) => ledgers().sessionsDuring('d1', { fromMs, toMs });
      const running = { sessionId: 's1', startedAtMs: 1_000, endedAtMs: null };
      expect(await during(500, 1_000)).toEqual([]);
      expect(await during(500, 1_001)).toEqual([running]);
      expect(await during(90_000, 95_000)).toEqual([running]);
      await recordings().endSession('s1', 50_000, 'stopped');
      expect(await during(49_000, 95_000)).toEqual([{ ...running, endedAtMs: 50_000 }]);
      expect(await during(50_000, 95_000)).toEqual([]);
      expect(await ledgers().sessionsDuring('d2', { fromMs: 0, toMs: 95_000 })).toEqual([]);
    });
  });
}
