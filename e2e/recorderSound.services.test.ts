import { join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder } from '@sightline/shared';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { reportFigures } from './harness/figures.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu, type RecordedRun } from './recorder/fakeSfu.ts';
import { readPacketTimes } from './recorder/packetTimes.ts';
import { startRecorder } from './recorder/startRecorder.ts';

/** What the end of a sound may be off by: encoders hold some of it back. */
const SYNC_MS = 100;

// Both streams are recorded at the same time: what is waited for is mostly time.
let cleanup: Cleanup;
let data: TempDir;
let sfu: FakeSfu;

beforeAll(async () => {
  cleanup = createCleanup();
  data = cleanup.use(await createTempDir('sound'));
  sfu = cleanup.use(await startFakeSfu());
  await startRecorder({ cleanup, sfu, dataDir: data.path });
});

afterAll(() => cleanup.close());

const folderOf = ({ runId }: RecordedRun): string =>
  join(data.path, 'recordings', encodeTrackFolder(sfu.track), encodeRunFolder(runId));

/** When the packets of a finished run lie, in wall time, of which most is known at the run's end. */
async function wallTimes(run: RecordedRun, stream: 'a' | 'v'): Promise<number[]> {
  const files = run.segments.map((segment) => join(folderOf(run), encodeSegmentName(segment)));
  const [anchor] = await readPacketTimes(files.slice(-1), 'v');
  const offsetMs = (run.segments.at(-1)?.startMs ?? NaN) - (anchor ?? NaN);
  return (await readPacketTimes(files, stream)).map((timeMs) => timeMs + offsetMs).sort((a, b) => a - b);
}

/** How much of what was sent is not on disk yet. */
async function unwrittenMs(run: RecordedRun): Promise<number> {
  const { sentMs } = run.relay;
  const parts = (await readdir(folderOf(run))).filter((name) => name.includes('.part.')).sort();
  const [first] = await readPacketTimes(
    run.segments.slice(0, 1).map((segment) => join(folderOf(run), encodeSegmentName(segment))),
    'v',
  );
  const last = (await readPacketTimes([join(folderOf(run), parts.at(-1) ?? '')], 'v')).at(-1);
  return sentMs - ((last ?? NaN) - (first ?? NaN));
}

it.concurrent.each(['H264', 'VP8'] as const)(
  'sound comes late, lies where it belongs, and goes, while %s neither waits for it nor loses anything',
  async (codec) => {
    const run = await sfu.startRun(codec, { sound: true });
    await until('a segment without sound', () => run.segments.length >= 1, { timeoutMs: 15_000 });
    const tailMs = [await unwrittenMs(run)];
    const beganAtMs = (await run.sound?.start()) ?? NaN;
    await delay(2_500);
    tailMs.push(await unwrittenMs(run));
    run.sound?.stop();
    const endedAtMs = Date.now();
    const before = run.segments.length;
    await until('a segment after it', () => run.segments.length >= before + 2, { timeoutMs: 10_000 });
    tailMs.push(await unwrittenMs(run));
    await run.relay.close();
    await sfu.command('stop-run', { runId: run.runId });

    const sound = await wallTimes(run, 'a');
    const pictures = await wallTimes(run, 'v');
    const firstMs = sound[0] ?? NaN;
    const lastMs = sound.at(-1) ?? NaN;
    reportFigures(`recorderSound, ${codec}`, {
      beginsOffMs: firstMs - beganAtMs,
      endsOffMs: lastMs - endedAtMs,
      tailMs,
      pictures: pictures.length,
    });
    expect(Math.abs(firstMs - beganAtMs)).toBeLessThan(SYNC_MS);
    expect(Math.abs(lastMs - endedAtMs)).toBeLessThan(SYNC_MS);
    expect(sound.length).toBeGreaterThan((endedAtMs - beganAtMs) / 21.4 - 6);
    expect(Math.max(...tailMs)).toBeLessThan(1_000);
    const recordedMs = run.segments.reduce((sum, segment) => sum + segment.durationMs, 0);
    expect(Math.abs(pictures.length - (recordedMs * 30) / 1_000)).toBeLessThanOrEqual(3);
    expect(run.end).toBeUndefined();
  },
);
