import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LocalPiece, PieceAnswer } from '@sightline/shared';
import { createLogger, verifyUploadToken } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createAuditLog } from '../audit/auditLog.ts';
import { openSqliteDatabase } from '../db/database.ts';
import { createRepositories, type Repositories } from '../db/repositories.ts';
import { seedDevices } from '../db/suites/fixtures.ts';
import { createHealing, type Healing } from './healing.ts';
import type { UploadRecorder } from './uploadGrants.ts';

const SECRET = 'a secret of this very test';
const STARTED_MS = 1_800_000_000_000;
const NOW_MS = STARTED_MS + 3_600_000;
const logger = createLogger('test', 'silent');
const ids = {
  one: '3f0e7a52-5a7e-4b7d-8d5b-2f6a0b1c9d10',
  two: '3f0e7a52-5a7e-4b7d-8d5b-2f6a0b1c9d11',
};

let clock: ManualClock;
let repositories: Repositories;
let recorders: Map<string, UploadRecorder>;
let told: string[];
let healing: Healing;

const recorder = (recorderId: string): UploadRecorder => ({
  recorderId,
  mediaBaseUrl: `http://${recorderId}.example`,
});
const pieceOf = (fromMs: number, toMs: number, change: Partial<LocalPiece> = {}): LocalPiece => ({
  pieceId: ids.one,
  sessionId: 's1',
  trackId: 'display-1',
  label: 'Screen',
  fromMs: STARTED_MS + fromMs,
  toMs: STARTED_MS + toMs,
  clockOffsetMs: 0,
  bytes: 1_000,
  sha256: 'a'.repeat(64),
  mimeType: 'video/mp4',
  ...change,
});
const offer = async (...pieces: LocalPiece[]): Promise<PieceAnswer[]> =>
  healing.offers.answer({ deviceId: 'd1' }, pieces);
const answers = async (...pieces: LocalPiece[]): Promise<string[]> =>
  (await offer(...pieces)).map(({ answer }) => answer);
const record = async (runId: string, fromMs: number, toMs: number): Promise<void> => {
  const startMs = STARTED_MS + fromMs;
  const media = { bytes: 1, sha256: 'a'.repeat(64), holes: [], durationMs: toMs - fromMs };
  await repositories.recordings.addSegments([{ runId, segment: { index: 0, startMs, ...media } }]);
};
const recordLive = async (runId: string, fromMs: number, toMs: number, ended = true): Promise<void> => {
  const run = { sessionId: 's1', trackId: 'display-1', label: 'Screen', source: 'live' as const };
  await repositories.recordings.addRun({ ...run, runId, startedAtMs: STARTED_MS + fromMs });
  if (toMs > fromMs) await record(runId, fromMs, toMs);
  if (ended) await repositories.recordings.endRun(runId, STARTED_MS + toMs, 'silent');
};
const healedEntries = async () =>
  repositories.audit.list({ companyId: 'c1', action: 'recording-healed', limit: 10 });

beforeEach(async () => {
  clock = createManualClock(NOW_MS);
  const database = await openSqliteDatabase(':memory:');
  repositories = createRepositories(database);
  recorders = new Map([['r1', recorder('r1')]]);
  told = [];
  healing = createHealing({
    repositories,
    recorders: { find: (id) => recorders.get(id), pick: () => recorders.values().next().value },
    recorderSecret: SECRET,
    ledgers: { sessionLedgerClosed: (sessionId) => void told.push(sessionId) },
    mediaHolds: { mediaExpected: (...media) => void told.push(`media of ${media.join(' at ')}`) },
    auditLog: createAuditLog({ repository: repositories.audit, clock, logger }),
    clock,
    logger,
  });
  await seedDevices(database, ['d1', 'd2']);
  for (const [sessionId, deviceId] of [
    ['s1', 'd1'],
    ['s2', 'd2'],
  ] as const) {
    const session = { companyId: 'c1', userId: 'ann@desk', userName: 'ann', hostName: 'desk' };
    await repositories.recordings.addSession({ ...session, sessionId, deviceId, startedAtMs: STARTED_MS });
  }
});

describe('a piece that is offered', () => {
  it('is to be uploaded to the recorder, which learns all that it must know', async () => {
    const [answer] = await offer(pieceOf(60_000, 90_000, { clockOffsetMs: 5_000 }));
    expect(answer).toMatchObject({ answer: 'upload', url: `http://r1.example/uploads/${ids.one}` });
    if (answer?.answer !== 'upload') throw new Error('It is not to be uploaded.');
    expect(await verifyUploadToken(SECRET, answer.token, NOW_MS)).toMatchObject({
      value: {
        content: {
          pieceId: ids.one,
          fromMs: STARTED_MS + 65_000,
          toMs: STARTED_MS + 95_000,
          location: {
            companyId: 'c1',
            userId: 'ann@desk',
            sessionId: 's1',
            sessionStartedAtMs: STARTED_MS,
          },
          label: 'Screen',
          userName: 'ann',
          hostName: 'desk',
        },
      },
    });
  });

  it('is not needed if all of it is recorded', async () => {
    await recordLive('live', 50_000, 95_000);
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['done']);
    expect(await repositories.pieces.find(ids.one)).toMatchObject({ state: 'not-needed' });
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['done']);
  });

  it('waits while no recorder is there, and goes to another one if its own is gone', async () => {
    recorders.clear();
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['wait']);
    recorders.set('r1', recorder('r1'));
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['upload']);
    recorders = recorders.set('r2', recorder('r2'));
    recorders.delete('r1');
    const [moved] = await offer(pieceOf(60_000, 90_000));
    expect(moved).toMatchObject({ url: `http://r2.example/uploads/${ids.one}` });
    await expect(healing.pieces.uploaded('r1', ids.one)).rejects.toMatchObject({ code: 'unknown-piece' });
  });

  it('waits while it is being healed; for a recorder that is gone not for ever', async () => {
    await offer(pieceOf(60_000, 90_000));
    await healing.pieces.uploaded('r1', ids.one);
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['wait']);
    recorders = recorders.set('r2', recorder('r2'));
    recorders.delete('r1');
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['wait']);
    clock.advance(600_000);
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['upload']);
  });

  it('extends a session that the end of the grace had closed, piece by piece', async () => {
    await repositories.recordings.endSession('s1', STARTED_MS + 100_000, 'connection-lost');
    const later = pieceOf(150_000, 200_000, { pieceId: ids.two });
    expect(await answers(later, pieceOf(60_000, 150_000))).toEqual(['upload', 'upload']);
    expect(await repositories.recordings.findSession('s1')).toMatchObject({
      endedAtMs: STARTED_MS + 200_000,
    });
    expect(new Set(told)).toEqual(new Set(['s1']));
  });

  it('is not awaited any more in the ledger of a session that has ended, once it is not needed', async () => {
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['upload']);
    await recordLive('live', 50_000, 95_000);
    await repositories.recordings.endSession('s1', STARTED_MS + 100_000, 'stopped');
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['done']);
    expect(told).toEqual(['s1']);
  });

  it('is refused for good, and on record, if it cannot be placed', async () => {
    await repositories.recordings.endSession('s1', STARTED_MS + 50_000, 'stopped');
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['done']);
    expect(told).toEqual(['s1']);
    expect(await repositories.pieces.find(ids.one)).toMatchObject({
      state: 'unusable',
      message: expect.stringMatching(/after its session/),
    });
  });

  it('is as unknown as what is not there if it, or its session, is another device’s', async () => {
    const foreign = pieceOf(60_000, 90_000, { sessionId: 's2' });
    const nobodys = pieceOf(60_000, 90_000, { sessionId: 'none', pieceId: ids.two });
    expect(await answers(foreign, nobodys)).toEqual(['wait', 'wait']);
    expect(await repositories.pieces.find(ids.one)).toBeUndefined();
    await healing.offers.answer({ deviceId: 'd2' }, [foreign]);
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['wait']);
    expect(await repositories.pieces.find(ids.one)).toMatchObject({ deviceId: 'd2', sessionId: 's2' });
  });

  it('is as unknown if it claims to be a run that is going on', async () => {
    await recordLive(ids.one, 0, 10_000, false);
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['wait']);
    expect(await repositories.pieces.find(ids.one)).toBeUndefined();
  });

  it('is one of a bounded number of a device', async () => {
    const pieces = Array.from({ length: 201 }, (_, n) =>
      pieceOf(n * 1_000, n * 1_000 + 1_000, {
        pieceId: `3f0e7a52-5a7e-4b7d-8d5b-${String(n).padStart(12, '0')}`,
      }),
    );
    const given = await answers(...pieces);
    expect(given.filter((answer) => answer === 'upload')).toHaveLength(200);
    expect(given.at(-1)).toBe('wait');
    clock.advance(31 * 86_400_000);
    expect(await answers(...pieces.slice(-1))).toEqual(['upload']);
  });
});

describe('a piece that is uploaded', () => {
  it('fills what no live run has, once that is known', async () => {
    await recordLive('before', 0, 62_000);
    await offer(pieceOf(60_000, 90_000));
    await recordLive('after', 85_000, 85_000, false);
    expect(await healing.pieces.uploaded('r1', ids.one)).toBeNull();
    await record('after', 85_000, 91_000);
    expect(told).toEqual([]);
    const gaps = [{ fromMs: STARTED_MS + 62_000, toMs: STARTED_MS + 85_000 }];
    expect(await healing.pieces.uploaded('r1', ids.one)).toEqual(gaps);
    expect(told).toEqual(['media of s1 at r1']);
    await record(ids.one, 62_000, 68_000);
    expect(await healing.pieces.uploaded('r1', ids.one)).toEqual(gaps);
  });

  it('is audited once when it is healed, and its ledger told again, however often that is said', async () => {
    await offer(pieceOf(60_000, 90_000));
    await healing.pieces.uploaded('r1', ids.one);
    await record(ids.one, 60_000, 90_000);
    await repositories.recordings.endSession('s1', STARTED_MS + 100_000, 'connection-lost');
    const healed = { outcome: 'healed', message: '' } as const;
    await Promise.all([
      healing.pieces.finished('r1', ids.one, healed),
      healing.pieces.finished('r1', ids.one, healed),
    ]);
    await healing.pieces.finished('r1', ids.one, healed);
    expect(await healedEntries()).toMatchObject([
      {
        details: {
          sessionId: 's1',
          trackId: 'display-1',
          pieceId: ids.one,
          deviceId: 'd1',
          healedMs: 30_000,
        },
      },
    ]);
    expect(told).toContain('s1');
    expect((await repositories.recordings.findSession('s1'))?.tracks[0]?.runs).toMatchObject([
      { runId: ids.one, endedAtMs: STARTED_MS + 90_000, endReason: 'stopped' },
    ]);
    expect(await answers(pieceOf(60_000, 90_000))).toEqual(['done']);
    await expect(healing.pieces.uploaded('r1', ids.one)).rejects.toMatchObject({ code: 'unknown-piece' });
  });

  it('is not needed, or unusable, with a reason that stays', async () => {
    await offer(pieceOf(60_000, 90_000));
    await healing.pieces.uploaded('r1', ids.one);
    await healing.pieces.finished('r1', ids.one, { outcome: 'unusable', message: 'no picture' });
    await healing.pieces.finished('r1', ids.one, { outcome: 'healed', message: '' });
    expect(await repositories.pieces.find(ids.one)).toMatchObject({
      state: 'unusable',
      message: 'no picture',
    });
    expect(await healedEntries()).toEqual([]);
  });

  it('is its own recorder’s only', async () => {
    await offer(pieceOf(60_000, 90_000));
    const done = { outcome: 'healed', message: '' } as const;
    for (const refused of [
      healing.pieces.uploaded('r2', ids.one),
      healing.pieces.uploaded('r1', ids.two),
      healing.pieces.finished('r2', ids.one, done),
    ])
      await expect(refused).rejects.toMatchObject({ code: 'unknown-piece' });
  });
});
