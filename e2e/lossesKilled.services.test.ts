import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { encodeRunFolder } from '@sightline/shared';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { createTempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { startFakeSfu } from './recorder/fakeSfu.ts';
import { createLossyStream, decodableFrames } from './recorder/lossyStream.ts';
import { startOf } from './recorder/seenDamage.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const ACCURACY_MS = 100;

let cleanup: Cleanup;

beforeEach(() => {
  cleanup = createCleanup();
});
afterEach(() => cleanup.close());

it('what was lost before a recorder is killed is a hole, although no manifest had it', async () => {
  const dataDir = cleanup.use(await createTempDir('losses-killed')).path;
  const sfu = cleanup.use(await startFakeSfu());
  const recorder = await startRecorder({ cleanup, sfu, dataDir });
  const stream = createLossyStream('H264');
  const run = await sfu.startRun('H264', { alter: (packet) => stream.alter(packet) });
  await until('a segment', () => run.segments.length > 0, { timeoutMs: 15_000 });
  stream.drop(5);
  const entry = join(dataDir, 'recorder/open-runs', `${encodeRunFolder(run.runId)}.json`);
  await until('that it is written down', async () => (await readFile(entry, 'utf8')).includes('lostFrom'), {
    timeoutMs: 10_000,
  });
  const before = sfu.segmentsOf(run.runId).length;
  process.kill(recorder.pid, 'SIGKILL');
  await recorder.exited;
  await run.relay.close();
  await startRecorder({ cleanup, sfu, dataDir });

  const segments = await until(
    'the end of the run',
    () => {
      const all = sfu.segmentsOf(run.runId);
      return all.length > before && all;
    },
    { timeoutMs: 15_000 },
  );
  expect(segments.slice(0, before).flatMap(({ holes }) => holes)).toEqual([]);
  const holes = segments.flatMap((segment) => segment.holes);
  const last = segments.at(-1);
  const endMs = (last?.startMs ?? NaN) + (last?.durationMs ?? NaN);
  const frames = stream.frames();
  const decodable = decodableFrames(frames);
  const startMs = startOf(run, frames);
  const damaged = frames
    .filter((_frame, at) => decodable[at] === false)
    .map(({ ms }) => startMs + ms)
    .filter((atMs) => atMs < endMs - ACCURACY_MS);
  expect(damaged.length).toBeGreaterThan(0);
  for (const atMs of damaged) {
    const covers = holes.some(
      ({ fromMs, toMs }) => fromMs - ACCURACY_MS <= atMs && atMs < toMs + ACCURACY_MS,
    );
    expect({ atMs, covers }).toEqual({ atMs, covers: true });
  }
});
