import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder } from '@sightline/shared';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { run as runProgram } from './harness/proc.ts';
import { recordingFfmpegs } from './harness/processes.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu, type RecordedRun } from './recorder/fakeSfu.ts';
import { parameterSetsOf, withoutParameterSets } from './recorder/parameterSets.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const FRAMES_PER_SECOND = 30;
/** What the RTP timestamp lacks to wrap around, when the stream begins. */
const TICKS_BEFORE_WRAP = 3 * 90_000;

// All streams are recorded at the same time: what is waited for is mostly time.
let cleanup: Cleanup;
let data: TempDir;
let sfu: FakeSfu;
/** The run that is stopped, and its ffmpeg: the only one as yet. */
let stopped: { run: RecordedRun; pid: number };

beforeAll(async () => {
  cleanup = createCleanup();
  data = cleanup.use(await createTempDir('streams'));
  sfu = cleanup.use(await startFakeSfu());
  await startRecorder({ cleanup, sfu, dataDir: data.path });
  const run = await sfu.startRun('H264');
  const [pid = 0] = await recordingFfmpegs(data.path);
  stopped = { run, pid };
});

afterAll(() => cleanup.close());

/** Decodes every segment for itself. Returns the frames, and what the decoder complained of but for the last one. */
async function decoded(run: RecordedRun): Promise<{ frames: number; complaints: string }> {
  let frames = 0;
  let complaints = '';
  for (const segment of run.segments) {
    const folder = join(encodeTrackFolder(sfu.track), encodeRunFolder(run.runId));
    const out = await runProgram('ffprobe', [
      ...['-v', 'error', '-count_frames', '-select_streams', 'v:0'],
      ...['-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0'],
      join(data.path, 'recordings', folder, encodeSegmentName(segment)),
    ]);
    frames += Number(/^\d+/m.exec(out)?.[0]);
    // The encoder was ended in the middle of a frame.
    if (segment !== run.segments.at(-1)) complaints += out.replaceAll(/^\d+,?$/gm, '').trim();
  }
  return { frames, complaints };
}

/** Ends a run once it has three segments: all that was sent is there, and each of them decodes by itself. */
async function expectNothingLost(run: RecordedRun): Promise<void> {
  await until('three segments', () => run.segments.length >= 3, { timeoutMs: 20_000 });
  await run.relay.close();
  await sfu.command('stop-run', { runId: run.runId });
  const recordedMs = run.segments.reduce((sum, segment) => sum + segment.durationMs, 0);
  const { frames, complaints } = await decoded(run);
  expect(complaints).toBe('');
  expect(Math.abs(frames - (recordedMs * FRAMES_PER_SECOND) / 1_000)).toBeLessThanOrEqual(3);
  expect(Math.abs(recordedMs - run.relay.sentMs)).toBeLessThan(100);
  expect(run.segments.flatMap(({ holes }) => holes)).toEqual([]);
  expect(run.end).toBeUndefined();
}

it.concurrent('loses nothing where packets come in another order, and timestamps wrap', async () => {
  let first: number | undefined;
  let held: Buffer | undefined;
  const run = await sfu.startRun('H264', {
    alter(packet) {
      const timestamp = packet.readUInt32BE(4);
      first ??= timestamp;
      packet.writeUInt32BE((timestamp - first + 2 ** 32 - TICKS_BEFORE_WRAP) >>> 0, 4);
      if (timestamp === first) return [packet];
      if (held === undefined) {
        held = packet;
        return [];
      }
      const both = [packet, held];
      held = undefined;
      return both;
    },
  });
  await expectNothingLost(run);
});

const { promise: parameterSets, resolve: tellParameterSets } = Promise.withResolvers<string>();

it.concurrent('decodes segment by segment if its parameter sets come only at the start', async () => {
  let first: number | undefined;
  const run = await sfu.startRun('H264', {
    alter(packet) {
      first ??= packet.readUInt32BE(4);
      const isFirst = packet.readUInt32BE(4) === first;
      const sets = parameterSetsOf(packet);
      if (sets !== undefined) tellParameterSets(sets);
      return [isFirst ? packet : withoutParameterSets(packet)];
    },
  });
  await expectNothingLost(run);
});

it.concurrent('decodes segment by segment if its parameter sets come only by signaling', async () => {
  const run = await sfu.startRun('H264', {
    parameterSets: await parameterSets,
    alter: (packet) => [withoutParameterSets(packet)],
  });
  await expectNothingLost(run);
});

it.concurrent('is reported, not silently lost, if its parameter sets never come', async () => {
  const run = await sfu.startRun('H264', { alter: (packet) => [withoutParameterSets(packet)] });
  const end = await until('the end of the run', () => run.end, { timeoutMs: 20_000 });
  expect(['ffmpeg-exited', 'stalled']).toContain(end.reason);
  expect(run.segments.flatMap(({ holes }) => holes)).toEqual([]);
});

it.concurrent(
  'loses nothing while ffmpeg is stopped for a while, and is reported as stalled if it stays so',
  async () => {
    const { run, pid } = stopped;
    await until('a segment', () => run.segments.length > 0, { timeoutMs: 15_000 });
    process.kill(pid, 'SIGSTOP');
    await delay(3_000);
    process.kill(pid, 'SIGCONT');
    const before = run.segments.length;
    await until('two more', () => run.segments.length >= before + 2, { timeoutMs: 10_000 });
    process.kill(pid, 'SIGSTOP');
    expect(run.end).toBeUndefined();
    expect(run.segments.flatMap(({ holes }) => holes)).toEqual([]);
    const { frames, complaints } = await decoded(run);
    const recordedMs = run.segments.reduce((sum, segment) => sum + segment.durationMs, 0);
    expect([complaints, Math.round(frames / 10)]).toEqual(['', Math.round(recordedMs * 0.003)]);

    const end = await until('the end of the run', () => run.end, { timeoutMs: 20_000 });
    expect(end.reason).toBe('stalled');
    expect(await recordingFfmpegs(data.path)).not.toContain(pid);
  },
);
