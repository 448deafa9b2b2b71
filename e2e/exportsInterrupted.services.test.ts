import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionLocation } from '@sightline/shared';
import { FPS, encodeSource, openRecordings } from './exports/recordedSession.ts';
import { readVideoFile } from './exports/videoFile.ts';
import { createCleanup } from './harness/cleanup.ts';
import { ffmpegsOf } from './harness/processes.ts';
import type { Proc } from './harness/proc.ts';
import { createTempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu } from './recorder/fakeSfu.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const START_MS = Date.parse('2026-03-01T12:00:00Z');
const SECONDS = 10;
const MADE_MS = 60_000;

const cleanup = createCleanup();
let dataDir: string;
let sfu: FakeSfu;
let recorder: Proc;
let location: SessionLocation;
let exportId: string;

beforeAll(async () => {
  dataDir = cleanup.use(await createTempDir('interrupted')).path;
  const recordings = await openRecordings(dataDir);
  const session = await recordings.addSession('session', START_MS);
  ({ location } = session);
  const folder = join(dataDir, 'source');
  const names = await encodeSource(folder, { width: 1280, height: 720, seconds: SECONDS, busy: true });
  await session.addRun({ runId: 'run', startMs: START_MS, folder, names, segmentMs: 2_000, lastMs: 2_000 });
  await rm(folder, { recursive: true });
  await rename(recordings.recordingsDir, join(dataDir, 'recordings'));
  await recordings.close();
  sfu = cleanup.use(await startFakeSfu());
  recorder = await startRecorder({ cleanup, sfu, dataDir });
});
afterAll(() => cleanup.close());

/** An export that takes seconds to make, in the middle of it. */
beforeEach(async () => {
  exportId = randomUUID();
  await sfu.command('start-export', {
    exportId,
    order: {
      companyId: location.companyId,
      from: { kind: 'user', userId: location.userId },
      fromMs: START_MS,
      toMs: START_MS + SECONDS * 1_000,
      output: {
        kind: 'video',
        trackId: 'display-1',
        burnIn: { wallClock: true, user: true, caseNumber: false },
      },
    },
    userName: 'Ann',
    sources: [{ ...location, trackId: 'display-1' }],
  });
  await until(
    'some of the video',
    async () => {
      const { state, progress } = sfu.exportOf(exportId) ?? { state: 'queued', progress: 0 };
      return state === 'running' && progress > 0 && (await ffmpegsOf(dataDir)).length === 1;
    },
    { timeoutMs: MADE_MS, intervalMs: 20 },
  );
});

const kept = (): Promise<string[]> => readdir(join(dataDir, 'recorder/exports'));

describe('an export of which a part is made', () => {
  it('leaves no process and no file when it is cancelled', async () => {
    await sfu.command('cancel-export', { exportId });
    expect(await ffmpegsOf(dataDir)).toEqual([]);
    expect(await kept()).toEqual([]);
  });

  it('is made once, and whole, by the recorder that comes after one that was killed', async () => {
    process.kill(recorder.pid, 'SIGKILL');
    await recorder.exited;
    recorder = await startRecorder({ cleanup, sfu, dataDir });
    await until('the video', () => sfu.exportOf(exportId)?.state === 'done', { timeoutMs: MADE_MS });
    const [folder, ...others] = await kept();
    expect(others).toEqual([]);
    const path = join(dataDir, 'recorder/exports', String(folder));
    expect((await readdir(path)).sort()).toEqual(['job.json', 'result', 'status.json']);
    const { pictures, complaints } = await readVideoFile(join(path, 'result'));
    expect([pictures.length, complaints]).toEqual([SECONDS * FPS, '']);
    await until('no ffmpeg', async () => (await ffmpegsOf(dataDir)).length === 0, { timeoutMs: MADE_MS });
  });
});
