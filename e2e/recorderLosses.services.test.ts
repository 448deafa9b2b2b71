import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Interval } from '@sightline/shared';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { reportFigures } from './harness/figures.ts';
import { seededRandom } from './harness/random.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu } from './recorder/fakeSfu.ts';
import { createLossyStream, damageOf, decodableFrames } from './recorder/lossyStream.ts';
import { holesOf, seenDamage, startOf } from './recorder/seenDamage.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const SEED = 7;
const ACCURACY_MS = 100;
const LOSSES = 2;

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
    const seen = await seenDamage({
      codec,
      stream,
      run,
      sfu,
      dataDir: data.path,
      workDir: data.path,
    });
    reportFigures(`recorderLosses, ${codec}, sound ${String(sound)}`, { holes, damage, seen });
    expect(damage.length).toBeGreaterThan(0);
    expectSame(holes, damage);
    expectSame(holes, seen);
  },
);
