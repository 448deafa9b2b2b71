import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { encodeRunFolder, encodeSegmentName, encodeTrackFolder, type Interval } from '@sightline/shared';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { reportFigures } from './harness/figures.ts';
import { seededRandom } from './harness/random.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { decodePictures, type DecodedPicture } from './recorder/decodedPictures.ts';
import { startFakeSfu, type FakeSfu, type RecordedRun } from './recorder/fakeSfu.ts';
import {
  createLossyStream,
  damageOf,
  decodableFrames,
  type LossyFrame,
  type LossyStream,
} from './recorder/lossyStream.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const SEED = 7;
const ACCURACY_MS = 100;
const LOSSES = 2;
const HALF_A_FRAME_MS = 16;

// All streams are recorded at the same time: what is waited for is mostly time.
let cleanup: Cleanup;
let data: TempDir;
let sfu: FakeSfu;

beforeAll(async () => {
  cleanup = createCleanup();
  data = cleanup.use(await createTempDir('losses'));
  sfu = cleanup.use(await startFakeSfu());
  await startRecorder({ cleanup, sfu, dataDir: data.path });
});

afterAll(() => cleanup.close());

/** When the run's first frame was sent: the first key frames lose most on their way. */
function startOf({ keyFramesAtMs }: RecordedRun, frames: readonly LossyFrame[]): number {
  const keys = frames.filter(({ key }) => key);
  return Math.min(...keyFramesAtMs.map((atMs, at) => atMs - (keys[at]?.ms ?? NaN)));
}

/** The holes of all segments, from a moment on; those that touch are one. */
function holesOf({ segments }: RecordedRun, startMs: number): Interval[] {
  const holes: Interval[] = [];
  for (const { fromMs, toMs } of segments.flatMap((segment) => segment.holes)) {
    const last = holes.at(-1);
    if (last !== undefined && fromMs - startMs - last.toMs <= 1) last.toMs = toMs - startMs;
    else holes.push({ fromMs: fromMs - startMs, toMs: toMs - startMs });
  }
  return holes;
}

/** All pictures of a run, decoded segment by segment, by the time from the first one. */
async function picturesOf(run: RecordedRun): Promise<DecodedPicture[]> {
  const folder = join(data.path, 'recordings', encodeTrackFolder(sfu.track), encodeRunFolder(run.runId));
  const pictures: DecodedPicture[] = [];
  for (const segment of run.segments) {
    pictures.push(...(await decodePictures(join(folder, encodeSegmentName(segment)))));
  }
  return pictures.map((picture) => ({ ...picture, atMs: picture.atMs - (pictures[0]?.atMs ?? NaN) }));
}

/**
 * What of a run does not show what was sent. VP8 was encoded anew: of that, every picture that is there counts as right.
 */
async function seenDamage(codec: 'H264' | 'VP8', stream: LossyStream, run: RecordedRun): Promise<Interval[]> {
  const shown = await picturesOf(run);
  const sentFile = join(data.path, `${run.runId}.h264`);
  if (codec === 'H264') await writeFile(sentFile, stream.byteStream());
  const sent = codec === 'H264' ? await decodePictures(sentFile) : undefined;
  // The encoder was ended in the middle of a frame.
  const frames = stream.frames().filter(({ ms }) => ms <= (shown.at(-1)?.atMs ?? NaN) - HALF_A_FRAME_MS);
  return damageOf(frames, (at) => {
    const right = shown.find(({ atMs }) => Math.abs(atMs - (frames[at]?.ms ?? NaN)) < HALF_A_FRAME_MS);
    return right !== undefined && (sent === undefined || right.md5 === sent[at]?.md5);
  });
}

function expectSame(holes: readonly Interval[], damage: readonly Interval[]): void {
  expect(holes).toHaveLength(damage.length);
  for (const [at, hole] of holes.entries()) {
    expect(Math.abs(hole.fromMs - (damage[at]?.fromMs ?? NaN))).toBeLessThanOrEqual(ACCURACY_MS);
    expect(Math.abs(hole.toMs - (damage[at]?.toMs ?? NaN))).toBeLessThanOrEqual(ACCURACY_MS);
  }
}

it.concurrent.each([
  ['H264', false],
  ['H264', true],
  ['VP8', false],
] as const)(
  'lost packets of %s (with sound: %s) are holes, and everything else shows what was sent',
  async (codec, sound) => {
    const random = seededRandom(SEED);
    const stream = createLossyStream(codec);
    const run = await sfu.startRun(codec, { sound, alter: (packet) => stream.alter(packet) });
    await until('a segment', () => run.segments.length > 0, { timeoutMs: 15_000 });
    await run.sound?.start();
    expect(run.keyFramesNeeded).toBe(0);
    for (let loss = 1; loss <= LOSSES; loss += 1) {
      stream.drop(1 + Math.floor(random() * 8));
      await until('a key frame asked for', () => run.keyFramesNeeded >= loss, { timeoutMs: 10_000 });
      await delay(500 + random() * 1_500);
    }
    await run.relay.close();
    await sfu.command('stop-run', { runId: run.runId });

    const frames = stream.frames();
    const holes = holesOf(run, startOf(run, frames));
    const decodable = decodableFrames(frames);
    const damage = damageOf(frames, (at) => decodable[at] === true);
    const seen = await seenDamage(codec, stream, run);
    reportFigures(`recorderLosses, ${codec}, sound ${String(sound)}`, { holes, damage, seen });
    expect(damage.length).toBeGreaterThan(0);
    expectSame(holes, damage);
    expectSame(holes, seen);
  },
);
