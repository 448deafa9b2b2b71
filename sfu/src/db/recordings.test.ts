import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { openSqliteDatabase, type Database } from './database.ts';
import { createRecordingsRepository, type RecordingsRepository } from './recordings.ts';
import { createSegmentWriter } from './segmentWriter.ts';

let database: Database;
let repository: RecordingsRepository;

const ofDefault = { everywhere: false, companies: new Map([['default', 'all' as const]]) };
const session = (sessionId: string, startedAtMs: number, companyId = 'default') => ({
  sessionId,
  companyId,
  deviceId: 'device-1',
  userId: 'ann@desk',
  userName: 'ann',
  hostName: 'desk',
  startedAtMs,
});
const run = (runId: string, startedAtMs: number) => ({
  runId,
  sessionId: 's1',
  trackId: 'display-1',
  label: 'Screen 1',
  startedAtMs,
});
const segment = (index: number, startMs: number) => ({ index, startMs, durationMs: 6_000, bytes: 500 });

beforeEach(async () => {
  database = await openSqliteDatabase(':memory:');
  repository = createRecordingsRepository(database);
  await repository.addSession(session('s1', 1_000));
});

afterEach(() => database.destroy());

describe('recordings', () => {
  it('adds up what was recorded of each run', async () => {
    await repository.addRun(run('r1', 2_000));
    await repository.addRun(run('r2', 20_000));
    await repository.addSegments([
      { runId: 'r1', segment: segment(0, 2_000) },
      { runId: 'r1', segment: segment(1, 8_000) },
    ]);
    await repository.endRun('r1', 14_000, 'stalled');
    await expect(repository.findSession('s1')).resolves.toMatchObject({
      endedAtMs: null,
      tracks: [
        {
          trackId: 'display-1',
          label: 'Screen 1',
          runs: [
            { runId: 'r1', recordedMs: 12_000, bytes: 1_000, endedAtMs: 14_000, endReason: 'stalled' },
            { runId: 'r2', recordedMs: 0, bytes: 0, endedAtMs: null, endReason: null },
          ],
        },
      ],
    });
  });

  it('counts a segment that was announced twice once', async () => {
    await repository.addRun(run('r1', 2_000));
    await repository.addSegments([{ runId: 'r1', segment: segment(0, 2_000) }]);
    await repository.addSegments([{ runId: 'r1', segment: { ...segment(0, 2_000), durationMs: 6_500 } }]);
    const found = await repository.findSession('s1');
    expect(found?.tracks[0]?.runs[0]?.recordedMs).toBe(6_500);
  });

  it('keeps the first end of a run', async () => {
    await repository.addRun(run('r1', 2_000));
    await repository.endRun('r1', 3_000, 'worker-died');
    await repository.endRun('r1', 4_000, 'stopped');
    const found = await repository.findSession('s1');
    expect(found?.tracks[0]?.runs[0]).toMatchObject({ endedAtMs: 3_000, endReason: 'worker-died' });
  });

  it('lists the newest first, and only the company’s own', async () => {
    await repository.addSession(session('s2', 5_000));
    await repository.addSession(session('foreign', 9_000, 'other'));
    const listed = await repository.listSessions({ reach: ofDefault, limit: 10 });
    expect(listed.map(({ sessionId }) => sessionId)).toEqual(['s2', 's1']);
  });

  it('ends what a killed server left open, at the last moment on record', async () => {
    await repository.addRun(run('r1', 2_000));
    await repository.addSegments([{ runId: 'r1', segment: segment(0, 2_000) }]);
    await repository.addSession(session('s2', 50_000));
    await expect(repository.closeLeftovers()).resolves.toEqual({ sessions: 2, runs: 1 });
    await expect(repository.listSessions({ reach: ofDefault, limit: 10 })).resolves.toMatchObject([
      { sessionId: 's2', endedAtMs: 50_000 },
      {
        sessionId: 's1',
        endedAtMs: 8_000,
        tracks: [{ runs: [{ endReason: 'recorder-lost', endedAtMs: 8_000 }] }],
      },
    ]);
  });
});

describe('segment writer', () => {
  it('writes all that come within a moment together, and says when each is written', async () => {
    await repository.addRun(run('r1', 2_000));
    const clock = createManualClock();
    const writer = createSegmentWriter(repository, clock, 50);
    const written = Promise.all([writer.add('r1', segment(0, 2_000)), writer.add('r1', segment(1, 8_000))]);
    clock.advance(50);
    await written;
    const found = await repository.findSession('s1');
    expect(found?.tracks[0]?.runs[0]?.recordedMs).toBe(12_000);
  });

  it('says so to everyone who waits when it fails', async () => {
    const clock = createManualClock();
    const writer = createSegmentWriter(repository, clock, 50);
    const written = writer.add('no-such-run', segment(0, 2_000));
    clock.advance(50);
    await expect(written).rejects.toThrow(/FOREIGN KEY/);
  });
});
