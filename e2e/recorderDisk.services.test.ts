import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder } from '@sightline/shared';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { mountSmallDisk, type SmallDisk } from './harness/smallDisk.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu } from './recorder/fakeSfu.ts';
import { manifestFaults, readManifest } from './recorder/manifest.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const DISK_MEGABYTES = 24;
/** So low that the disk is full before the recorder would stop by itself. */
const NO_MARKS = {
  SIGHTLINE_DISK_LOW_WATER: '8KB',
  SIGHTLINE_DISK_HIGH_WATER: '4KB',
  SIGHTLINE_DISK_RESERVE: '4KB',
};

describe('a recorder on a small disk', () => {
  let cleanup: Cleanup;
  let disk: SmallDisk;
  let sfu: FakeSfu;

  beforeEach(async () => {
    cleanup = createCleanup();
    disk = cleanup.use(await mountSmallDisk(DISK_MEGABYTES));
    sfu = cleanup.use(await startFakeSfu());
  });
  afterEach(() => cleanup.close());

  /** What was announced is on disk, bit for bit, and in the manifest. */
  const expectKept = async (runId: string): Promise<void> => {
    const folder = join(disk.path, 'recordings', encodeTrackFolder(sfu.track), encodeRunFolder(runId));
    const entries = await readManifest(disk.path, sfu.track);
    for (const segment of sfu.segmentsOf(runId)) {
      const media = await readFile(join(folder, encodeSegmentName(segment)));
      expect(createHash('sha256').update(media).digest('hex')).toBe(segment.sha256);
      expect(entries).toContainEqual(expect.objectContaining({ type: 'segment', runId, ...segment }));
    }
  };

  it('keeps what it announced when the disk is full, says so, and has everything on record when there is room', async () => {
    await startRecorder({ cleanup, sfu, dataDir: disk.path, env: NO_MARKS });
    const first = await sfu.startRun('H264');
    await until('a segment', () => first.segments.length > 0, { timeoutMs: 15_000 });
    await disk.fillTo(100_000);
    const end = await until('the end of the run', () => first.end, { timeoutMs: 20_000 });
    expect(end.reason).toBe('disk-full');
    await first.relay.close();
    await expectKept(first.runId);

    await disk.drain();
    const second = await until('a run that is taken', () => sfu.startRun('H264').catch(() => undefined), {
      timeoutMs: 15_000,
    });
    await until('a segment of it', () => second.segments.length > 0, { timeoutMs: 15_000 });
    await sfu.command('stop-run', { runId: second.runId });
    await expectKept(first.runId);
    await expectKept(second.runId);
    const whole = await until(
      'a manifest without a fault that has both ends',
      async () => {
        const entries = await readManifest(disk.path, sfu.track);
        const ends = entries.filter(({ type }) => type === 'run-end').length;
        return ends === 2 && (await manifestFaults(disk.path, entries, sfu.seals())).length === 0;
      },
      { timeoutMs: 45_000 },
    );
    expect(whole).toBe(true);
  });
});
