import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Interval } from '@sightline/shared';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { reportFigures } from './harness/figures.ts';
import { seededRandom } from './harness/random.ts';
import { createTempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { startFakeSfu, type FakeSfu, type RecordedRun } from './recorder/fakeSfu.ts';
import { createLossyStream } from './recorder/lossyStream.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const SEED = 7;
const ACCURACY_MS = 100;
const LOSSES = 2;

let cleanup: Cleanup;
let sfu: FakeSfu;

beforeEach(async () => {
  cleanup = createCleanup();
  const data = cleanup.use(await createTempDir('losses'));
  sfu = cleanup.use(await startFakeSfu());
  await startRecorder({ cleanup, sfu, dataDir: data.path });
});

afterEach(() => cleanup.close());

/** The holes of all segments, from the run's first frame; those that touch are one. */
function holesOf({ segments }: RecordedRun): Interval[] {
  const startMs = segments[0]?.startMs ?? NaN;
  const holes: Interval[] = [];
  for (const { fromMs, toMs } of segments.flatMap((segment) => segment.holes)) {
    const last = holes.at(-1);
    if (last !== undefined && fromMs - startMs - last.toMs <= 1) last.toMs = toMs - startMs;
    else holes.push({ fromMs: fromMs - startMs, toMs: toMs - startMs });
  }
  return holes;
}

const lengthOf = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);

describe('packets that are lost on their way to the recorder', () => {
  it.each([
    ['H264', false],
    ['H264', true],
    ['VP8', false],
  ] as const)('of %s (with sound: %s) are holes, until the next key frame', async (codec, sound) => {
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

    const holes = holesOf(run);
    const damage = stream.damage();
    reportFigures(`recorderLosses, ${codec}, sound ${String(sound)}`, { holes, damage });
    expect(holes).toHaveLength(damage.length);
    for (const [at, hole] of holes.entries()) {
      expect(Math.abs(hole.fromMs - (damage[at]?.fromMs ?? NaN))).toBeLessThanOrEqual(ACCURACY_MS);
      expect(Math.abs(hole.toMs - (damage[at]?.toMs ?? NaN))).toBeLessThanOrEqual(ACCURACY_MS);
    }
    expect(lengthOf(holes)).toBeGreaterThan(0);
  });
});
