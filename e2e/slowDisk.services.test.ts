import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Interval } from '@sightline/shared';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { reportFigures } from './harness/figures.ts';
import type { Proc } from './harness/proc.ts';
import { mountSlowDisk, type SlowDisk } from './harness/slowDisk.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { runVerifier } from './harness/verifier.ts';
import { startFakeSfu, type FakeSfu, type RecordedRun } from './recorder/fakeSfu.ts';
import { createLossyStream, type LossyStream } from './recorder/lossyStream.ts';
import { readManifest } from './recorder/manifest.ts';
import { holesOf, seenDamage, startOf } from './recorder/seenDamage.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const DISK_MEGABYTES = 400;
const SMALL_MARKS = {
  SIGHTLINE_DISK_LOW_WATER: '12MB',
  SIGHTLINE_DISK_HIGH_WATER: '8MB',
  SIGHTLINE_DISK_RESERVE: '4MB',
};
const ACCURACY_MS = 100;
/** From the moment on in which nothing can be written: three looks in a row, 5 s apart. */
const NOTICED_MS = 40_000;

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-bsf:v', 'dump_extra'];
/** Half a minute of it finds room in any socket. */
const FEW_PACKETS = ['-vf', 'scale=160:90,fps=5', ...X264, '-g', '10'];
/** Four seconds of it find room where the system lets a socket have 4 MB, and less elsewhere. */
const MANY_PACKETS = [
  ...['-vf', 'noise=alls=60:allf=t', ...X264, '-g', '60'],
  ...['-b:v', '10M', '-maxrate', '10M', '-bufsize', '1M'],
];

interface Recorded {
  run: RecordedRun;
  stream: LossyStream;
}

let cleanup: Cleanup;
let disk: SlowDisk;
let work: TempDir;
let sfu: FakeSfu;
let recorder: Proc;

beforeEach(async () => {
  cleanup = createCleanup();
  disk = cleanup.use(await mountSlowDisk(DISK_MEGABYTES));
  work = cleanup.use(await createTempDir('slow-disk-test'));
  sfu = cleanup.use(await startFakeSfu());
  recorder = await startRecorder({ cleanup, sfu, dataDir: disk.path, env: SMALL_MARKS });
});
afterEach(async () => {
  // Who waits for the disk cannot be ended.
  await disk.recover();
  await cleanup.close();
});

const problems = (): string[] => (sfu.keeping.status?.problems ?? []).map(({ code }) => code);

async function record(encoder: readonly string[]): Promise<Recorded> {
  const stream = createLossyStream('H264');
  const run = await sfu.startRun('H264', { encoder, alter: (packet) => stream.alter(packet) });
  await until('segments', () => run.segments.length >= 2, { timeoutMs: 20_000 });
  return { run, stream };
}

/** It is said in the status and in the log, and no new run is taken. */
async function expectSaid(): Promise<void> {
  await until('a word that the disk is slow', () => problems().includes('disk-slow'), {
    timeoutMs: NOTICED_MS,
  });
  expect(sfu.keeping.status?.admission).toMatchObject({ open: false, reason: 'disk-slow' });
  expect(sfu.keeping.status?.problems[0]?.message).toMatch(/it took (\d+ ms|more than 2 s)/);
  await expect(sfu.startRun('H264')).rejects.toMatchObject({ code: 'disk-slow' });
  expect(recorder.tail()).toContain('"code":"disk-slow"');
}

/** It is forgotten, the run goes on, and others are taken. */
async function expectRecovered({ run }: Recorded): Promise<void> {
  const announced = run.segments.length;
  await until('segments again', () => run.segments.length >= announced + 3, { timeoutMs: 20_000 });
  await until('a disk that is fast', () => sfu.keeping.status?.admission.open === true, {
    timeoutMs: 20_000,
  });
  expect(problems()).toEqual([]);
  const other = await record(FEW_PACKETS);
  await finish(other);
  expect(run.end).toBeUndefined();
}

async function finish({ run }: Recorded): Promise<void> {
  await run.relay.close();
  await sfu.command('stop-run', { runId: run.runId });
}

/** What was announced is in the manifest, and what is in the manifest is there, bit for bit. */
async function expectKept({ run }: Recorded): Promise<void> {
  const entries = await readManifest(disk.path, sfu.track);
  for (const segment of run.segments)
    expect(entries).toContainEqual(
      expect.objectContaining({ type: 'segment', runId: run.runId, ...segment }),
    );
  const key = join(work.path, 'recorder.pem');
  await writeFile(key, sfu.introduction().publicKey);
  const verified = await runVerifier(work.path, join(disk.path, 'recordings'), '--key', key);
  expect(verified).toMatchObject({ exitCode: 0 });
}

/** What does not show what was sent, and what is on record as a hole: both from the run's first picture on. */
async function compare({ run, stream }: Recorded): Promise<{ holes: Interval[]; damage: Interval[] }> {
  const holes = holesOf(run, startOf(run, stream.frames()));
  const paths = { dataDir: disk.path, workDir: work.path };
  const damage = await seenDamage({ codec: 'H264', stream, run, sfu, ...paths });
  reportFigures('slowDisk', { holes, damage });
  return { holes, damage };
}

describe('a disk that hangs', () => {
  it('is said, takes no new run, and costs nothing as long as packets find room', async () => {
    const recorded = await record(FEW_PACKETS);
    await disk.slowDown({ frozenMs: 120_000, thawedMs: 100 });
    const announced = recorded.run.segments.length;
    await expectSaid();
    // Longer than a run may be stuck for any other reason.
    await delay(5_000);
    expect(recorded.run.segments.length).toBeLessThanOrEqual(announced + 1);
    await disk.recover();
    await expectRecovered(recorded);

    await finish(recorded);
    expect(await compare(recorded)).toEqual({ holes: [], damage: [] });
    await expectKept(recorded);
  });
});

describe('a run that is stopped while the disk hangs', () => {
  it('has everything that was sent to it', async () => {
    const recorded = await record(FEW_PACKETS);
    const { run } = recorded;
    await disk.slowDown({ frozenMs: 120_000, thawedMs: 100 });
    await delay(3_000);
    const sentMs = run.relay.sentMs;
    const finished = finish(recorded);
    await delay(4_000);
    await disk.recover();
    await finished;
    const recordedMs = run.segments.reduce((sum, { durationMs }) => sum + durationMs, 0);
    expect(recordedMs).toBeGreaterThan(sentMs - ACCURACY_MS);
    expect(await compare(recorded)).toEqual({ holes: [], damage: [] });
    await expectKept(recorded);
  });
});

describe('a disk that is slow', () => {
  it('is said, takes no new run, and what it costs is on record', async () => {
    const recorded = await record(MANY_PACKETS);
    await disk.slowDown({ frozenMs: 6_000, thawedMs: 200 });
    await expectSaid();
    await disk.recover();
    await expectRecovered(recorded);

    await finish(recorded);
    const { holes, damage } = await compare(recorded);
    expect(damage.length).toBeGreaterThan(1);
    for (const { fromMs, toMs } of damage)
      expect(
        holes.some((hole) => hole.fromMs - ACCURACY_MS <= fromMs && toMs <= hole.toMs + ACCURACY_MS),
      ).toBe(true);
    await expectKept(recorded);
  });
});
