import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder } from '@sightline/shared';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { run as runProgram } from './harness/proc.ts';
import { recordingFfmpegs } from './harness/processes.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu, type RecordedRun } from './recorder/fakeSfu.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const FRAMES_PER_SECOND = 30;
/** What the RTP timestamp lacks to wrap around, when the stream begins. */
const TICKS_BEFORE_WRAP = 3 * 90_000;

let cleanup: Cleanup;
let data: TempDir;
let sfu: FakeSfu;

beforeEach(async () => {
  cleanup = createCleanup();
  data = cleanup.use(await createTempDir('streams'));
  sfu = cleanup.use(await startFakeSfu());
  await startRecorder({ cleanup, sfu, dataDir: data.path });
});

afterEach(() => cleanup.close());

/** Whether a packet is a sequence or picture parameter set of H.264 (RFC 6184, section 5.6). */
function isParameterSet(packet: Buffer): boolean {
  const type = (packet[12] ?? 0) & 0x1f;
  const first = type === 24 ? (packet[15] ?? 0) & 0x1f : type;
  return first === 7 || first === 8;
}

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

async function expectNothingLost(run: RecordedRun): Promise<void> {
  const recordedMs = run.segments.reduce((sum, segment) => sum + segment.durationMs, 0);
  const { frames, complaints } = await decoded(run);
  expect(complaints).toBe('');
  expect(Math.abs(frames - (recordedMs * FRAMES_PER_SECOND) / 1_000)).toBeLessThanOrEqual(3);
  expect(Math.abs(recordedMs - run.relay.sentMs)).toBeLessThan(100);
  expect(run.segments.flatMap(({ holes }) => holes)).toEqual([]);
  expect(run.end).toBeUndefined();
}

async function stop(run: RecordedRun): Promise<void> {
  await run.relay.close();
  await sfu.command('stop-run', { runId: run.runId });
}

describe('a stream that is not as streams are', () => {
  it('loses nothing where packets come in another order, and timestamps wrap', async () => {
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
    await until('three segments', () => run.segments.length >= 3, { timeoutMs: 20_000 });
    await stop(run);
    await expectNothingLost(run);
  });

  it('is reported, not silently lost, if its parameter sets never come', async () => {
    const run = await sfu.startRun('H264', {
      alter: (packet) =>
        isParameterSet(packet)
          ? [Buffer.concat([packet.subarray(0, 12), Buffer.from([0x09, 0xf0])])]
          : [packet],
    });
    const end = await until('the end of the run', () => run.end, { timeoutMs: 20_000 });
    expect(['ffmpeg-exited', 'stalled']).toContain(end.reason);
    expect(run.segments.flatMap(({ holes }) => holes)).toEqual([]);
  });

  it('loses nothing while ffmpeg is stopped for a while, and is reported as stalled if it stays so', async () => {
    const run = await sfu.startRun('H264');
    await until('a segment', () => run.segments.length > 0, { timeoutMs: 15_000 });
    const [pid = 0] = await recordingFfmpegs(data.path);
    process.kill(pid, 'SIGSTOP');
    await delay(3_000);
    process.kill(pid, 'SIGCONT');
    const before = run.segments.length;
    await until('two more', () => run.segments.length >= before + 2, { timeoutMs: 10_000 });
    expect(run.end).toBeUndefined();
    expect(run.segments.flatMap(({ holes }) => holes)).toEqual([]);
    const { frames, complaints } = await decoded(run);
    const recordedMs = run.segments.reduce((sum, segment) => sum + segment.durationMs, 0);
    expect([complaints, Math.round(frames / 10)]).toEqual(['', Math.round(recordedMs * 0.003)]);

    process.kill(pid, 'SIGSTOP');
    const end = await until('the end of the run', () => run.end, { timeoutMs: 20_000 });
    expect(end.reason).toBe('stalled');
    expect(await recordingFfmpegs(data.path)).toEqual([]);
  });
});
