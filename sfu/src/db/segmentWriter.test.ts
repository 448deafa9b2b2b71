import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { openSqliteDatabase, type Database } from './database.ts';
import { createRecordingsRepository, type RecordingsRepository } from './recordings.ts';
import { createSegmentWriter } from './segmentWriter.ts';

let database: Database;
let repository: RecordingsRepository;

const segment = (index: number, startMs: number) => ({
  index,
  startMs,
  durationMs: 6_000,
  bytes: 500,
  sha256: 'a'.repeat(64),
  holes: [],
});

beforeEach(async () => {
  database = await openSqliteDatabase(':memory:');
  repository = createRecordingsRepository(database);
});

afterEach(() => database.destroy());

describe('segment writer', () => {
  it('writes all that come within a moment together, and says when each is written', async () => {
    await repository.addSession({
      sessionId: 's1',
      companyId: 'c1',
      deviceId: 'd1',
      userId: 'ann@desk',
      userName: 'ann',
      hostName: 'desk',
      startedAtMs: 1_000,
    });
    await repository.addRun({
      runId: 'r1',
      sessionId: 's1',
      trackId: 'display-1',
      label: 'Screen 1',
      startedAtMs: 2_000,
      source: 'live',
    });
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
