import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  MANIFEST_FILE,
  encodeRunFolder,
  encodeSegmentName,
  encodeSessionFolder,
  encodeTrackFolder,
} from '@sightline/shared';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import type { Proc } from './harness/proc.ts';
import { mountSmallDisk, type SmallDisk } from './harness/smallDisk.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu, type RecordedRun } from './recorder/fakeSfu.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const MEGABYTES = 24;
const MB = 1e6;

let cleanup: Cleanup;
let disk: SmallDisk;
let sfu: FakeSfu;
let recorder: Proc;

beforeEach(async () => {
  cleanup = createCleanup();
  disk = cleanup.use(await mountSmallDisk(MEGABYTES));
  sfu = cleanup.use(await startFakeSfu());
  recorder = await startRecorder({
    ...{ cleanup, sfu, dataDir: disk.path },
    env: {
      SIGHTLINE_DISK_LOW_WATER: '10MB',
      SIGHTLINE_DISK_HIGH_WATER: '7MB',
      SIGHTLINE_DISK_RESERVE: '4MB',
    },
  });
});
afterEach(() => cleanup.close());

const problems = (): string[] => (sfu.keeping.status?.problems ?? []).map(({ code }) => code).toSorted();
const diskState = (): string | undefined => sfu.keeping.status?.disk.state;
const untilDisk = (state: string): Promise<unknown> =>
  until(`a disk that is ${state}`, () => diskState() === state, { timeoutMs: 15_000 });

async function recorded(segments: number): Promise<RecordedRun> {
  const run = await sfu.startRun('H264');
  await until('segments', () => run.segments.length >= segments, { timeoutMs: 15_000 });
  return run;
}

/** Everything that was announced is there, as it was announced. */
async function expectNothingLost({ runId, segments }: RecordedRun): Promise<void> {
  const folder = join(disk.path, 'recordings', encodeTrackFolder(sfu.track), encodeRunFolder(runId));
  expect(segments.length).toBeGreaterThan(0);
  for (const segment of segments) {
    const media = await readFile(join(folder, encodeSegmentName(segment)));
    expect(createHash('sha256').update(media).digest('hex')).toBe(segment.sha256);
  }
}

const claimOf = (claimId: string) => ({
  claimId,
  cause: 'disk-full' as const,
  companyId: sfu.track.companyId,
  userId: sfu.track.userId,
  sessionId: sfu.track.sessionId,
  sessionStartedAtMs: sfu.track.sessionStartedAtMs,
});

describe('a disk that fills up', () => {
  it('stops recording before it is full, loses nothing, says so, and goes on by itself', async () => {
    const run = await recorded(1);
    await disk.fillTo(6 * MB);
    await untilDisk('clearing');
    await until('a word that nothing may go', () => problems().includes('disk-nothing-to-clear'), {
      timeoutMs: 15_000,
    });
    expect(run.end).toBeUndefined();

    await disk.fillTo(2 * MB);
    await until('the end of the run', () => run.end !== undefined, { timeoutMs: 15_000 });
    expect(run.end?.reason).toBe('disk-full');
    await untilDisk('full');
    expect(sfu.keeping.status?.admission).toMatchObject({ open: false, reason: 'disk-full' });
    await expect(sfu.startRun('H264')).rejects.toMatchObject({ code: 'disk-full' });
    await expectNothingLost(run);
    expect(recorder.tail()).toContain('"code":"disk-full"');

    await disk.drain();
    await untilDisk('ok');
    expect(problems()).toEqual([]);
    await expectNothingLost(await recorded(1));
  });

  it('makes room with the sfu’s leave, even when not a byte is free', async () => {
    const run = await recorded(2);
    await sfu.command('stop-run', { runId: run.runId });
    await expectNothingLost(run);
    sfu.keeping.claims.push(claimOf('claim-1'));
    await disk.fillTo(0);
    await until('the deletion', () => sfu.keeping.deleted.length > 0, { timeoutMs: 20_000 });

    const session = join(disk.path, 'recordings', encodeSessionFolder(sfu.track));
    expect(await readdir(session)).toEqual([MANIFEST_FILE]);
    const manifest = await readFile(join(session, MANIFEST_FILE), 'utf8');
    const tombstones = manifest.split('\n').filter((line) => line.includes('"type":"delete"'));
    expect(tombstones).toHaveLength(1);
    for (const { index } of run.segments) expect(tombstones[0]).toContain(`"index":${index}`);
  });
});

describe('a disk that cannot be written', () => {
  it('is seen at once, refuses runs, and is used again when it can be', async () => {
    const run = await recorded(1);
    await sfu.command('stop-run', { runId: run.runId });
    await disk.setReadOnly(true);
    await untilDisk('full');
    expect(problems()).toContain('disk-unwritable');
    await expect(sfu.startRun('H264')).rejects.toMatchObject({ code: 'disk-full' });
    await expectNothingLost(run);
    expect(recorder.tail()).toContain('disk-unwritable');

    await disk.setReadOnly(false);
    await untilDisk('ok');
    await expectNothingLost(await recorded(1));
  });
});
