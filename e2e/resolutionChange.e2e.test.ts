import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { summariseCoverage } from './harness/coverage.ts';
import type { Display, ScreenSize } from './harness/display.ts';
import { reportFigures } from './harness/figures.ts';
import { summariseOrder } from './harness/frameSummary.ts';
import { decodeAccounted, problemsOf } from './harness/ledger.ts';
import { recordedRun, type Dashboard, type SharedScreen } from './harness/product.ts';
import type { PageProbe } from './harness/pageProbe.ts';
import { runsOf, stopSharing } from './harness/recordings.ts';
import { openScene, type Scene } from './harness/scene.ts';
import type { Stack } from './harness/stack.ts';

const WIDE = { width: 1280, height: 720 };
const HIGH = { width: 1024, height: 768 };
const NOTICED_MS = 30_000;
/** How long it may take until the first picture of another size; in between nothing can be shown. */
const MAX_PAUSE_MS = 3_000;

let scene: Scene;
let stack: Stack;
let display: Display;
let screen: SharedScreen;
let dashboard: Dashboard;
let probe: PageProbe;

beforeAll(async () => {
  scene = await openScene({ maxSize: { width: 1280, height: 768 } });
  ({ stack, display, screen, dashboard } = scene);
});

afterAll(() => scene.close());

/** Waits for two seconds of readable pictures of this size. Returns how long the first took. */
async function watch(size: ScreenSize): Promise<number> {
  const startedAtMs = Date.now();
  const wanted = (sample: { pattern: unknown } & ScreenSize): boolean =>
    sample.pattern !== undefined && sample.width === size.width && sample.height === size.height;
  const until = `pictures of ${size.width}x${size.height}`;
  const samples = await probe.takeUntil(until, wanted, NOTICED_MS);
  const first = samples.find(wanted);
  const laterMs = (first?.pattern?.wallMs ?? 0) + 2_000;
  samples.push(
    ...(await probe.takeUntil(
      until,
      (sample) => wanted(sample) && (sample.pattern?.wallMs ?? 0) > laterMs,
      NOTICED_MS,
    )),
  );
  expect(summariseOrder(samples).outOfOrder).toBe(0);
  return (first?.seenAtMs ?? Number.NaN) - startedAtMs;
}

async function change(size: ScreenSize): Promise<number> {
  await display.resize(size);
  await screen.pattern.move({ left: 0, top: 0, ...size });
  return watch(size);
}

describe('a screen whose resolution changes while it is watched and recorded', () => {
  it('is seen live in every size', async () => {
    probe = await dashboard.focus('ann');
    await watch(WIDE);
    await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
    const highAfterMs = await change(HIGH);
    const wideAfterMs = await change(WIDE);
    reportFigures('resolutionChange, live', { highAfterMs, wideAfterMs });
    await probe.close();
  });

  it('is recorded in every size, in one run, in order', async () => {
    const session = await stopSharing(stack, screen, screen.sessionId);
    expect(runsOf(session).map(({ endReason }) => endReason)).toEqual(['stopped']);
    const { playlist, frames, accounted } = await decodeAccounted(stack, screen.sessionId);
    const order = summariseOrder(frames);
    const coverage = summariseCoverage(frames, MAX_PAUSE_MS);
    const readable = frames.filter(({ pattern }) => pattern !== undefined);
    const sizes = readable
      .map(({ width, height }) => `${width}x${height}`)
      .filter((size, at, all) => size !== all[at - 1]);
    reportFigures('resolutionChange, recorded', {
      ...order,
      sizes,
      coveredMs: coverage.coveredMs,
      recordedMs: playlist.totalMs,
      longestPauseMs: coverage.longestPauseMs,
    });
    expect(sizes).toEqual(['1280x720', '1024x768', '1280x720']);
    expect(order.outOfOrder).toBe(0);
    expect(order.decodedRatio).toBeGreaterThan(0.9);
    expect(coverage.gaps).toEqual([]);
    expect(Math.abs(playlist.totalMs - coverage.coveredMs)).toBeLessThan(1_500);
    reportFigures('resolutionChange, ledger', accounted);
    expect(problemsOf(accounted, ['starting', 'not-shared'])).toEqual([]);
  });
});
