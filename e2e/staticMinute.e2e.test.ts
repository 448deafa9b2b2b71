import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reportFigures } from './harness/figures.ts';
import { summariseOrder } from './harness/frameSummary.ts';
import { decodeAccounted, ledgerOf, problemsOf } from './harness/ledger.ts';
import { recordedRun, type Dashboard, type SharedScreen } from './harness/product.ts';
import { runsOf, stopSharing } from './harness/recordings.ts';
import { openScene, type Scene } from './harness/scene.ts';
import type { Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';

const STATIC_MS = 60_000;
const STILL_END_MS = 3_000;
/** A browser that has nothing new to show sends what it has again, and on a busy machine not often. */
const MAX_PICTURE_INTERVAL_MS = 1_000;

let scene: Scene;
let stack: Stack;
let screen: SharedScreen;
let dashboard: Dashboard;
let frozen: { frame: number; wallMs: number };
let resumedAtMs: number;
let stoppedAtMs: number;

beforeAll(async () => {
  scene = await openScene();
  ({ stack, screen, dashboard } = scene);
});

afterAll(() => scene.close());

const alarmCount = (): Promise<number> => dashboard.page.getByTestId('recording-alarm').count();

describe('a screen on which nothing moves for a minute', () => {
  it('raises no alarm and stays in one run', async () => {
    await dashboard.tile('ann');
    const runId = await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
    await screen.pattern.freeze();
    frozen = await screen.pattern.shown();
    await until(
      'the end of the minute',
      async () => {
        expect(await alarmCount()).toBe(0);
        return Date.now() - frozen.wallMs >= STATIC_MS;
      },
      { timeoutMs: STATIC_MS + 10_000, intervalMs: 1_000 },
    );
    resumedAtMs = Date.now();
    await screen.pattern.resume();
    const wantedMs = resumedAtMs + 8_000;
    await until('motion on record', async () => (await screen.pattern.shown()).wallMs > wantedMs, {
      timeoutMs: 20_000,
    });
    // Still again, up to the end.
    await screen.pattern.freeze();
    const stillAtMs = Date.now();
    await until('a still end', () => Date.now() - stillAtMs >= STILL_END_MS, {
      timeoutMs: STILL_END_MS + 1_000,
    });
    stoppedAtMs = Date.now();
    const session = await stopSharing(stack, screen, screen.sessionId);
    expect(runsOf(session).map((run) => [run.runId, run.endReason])).toEqual([[runId, 'stopped']]);
    expect(await alarmCount()).toBe(0);
    expect(stack.recorder?.tail()).not.toContain('stalled');
  });

  it('is recorded without a hole, and so is the motion after it', async () => {
    const { playlist, frames, accounted } = await decodeAccounted(stack, screen.sessionId);
    const order = summariseOrder(frames);
    // The very first picture may show the page before its pattern.
    const paintedMs = frames.flatMap(({ pattern }) => pattern?.wallMs ?? []);
    const [firstMs = Number.NaN, lastMs = Number.NaN] = [paintedMs[0], paintedMs.at(-1)];
    const holesMs = playlist.segments
      .slice(1)
      .map(
        ({ startMs }, at) =>
          startMs - (playlist.segments[at]?.startMs ?? 0) - (playlist.segments[at]?.durationMs ?? 0),
      );
    const longestS = Math.max(...playlist.segments.map(({ durationMs }) => durationMs / 1_000));
    const firstMotionMs = frames.find(({ pattern }) => (pattern?.frame ?? 0) > frozen.frame)?.pattern?.wallMs;
    const [track] = (await ledgerOf(stack, screen.sessionId)).tracks;
    const recordedUntilMs = track?.spans.findLast(({ state }) => state === 'recorded')?.toMs;
    reportFigures('staticMinute', {
      ...order,
      tailMs: (recordedUntilMs ?? Number.NaN) - stoppedAtMs,
      wallMs: lastMs - firstMs,
      recordedMs: playlist.totalMs,
      segments: playlist.segments.length,
      longestSegmentS: longestS,
      largestHoleMs: Math.max(...holesMs.map(Math.abs)),
      staticFrames: frames.filter(({ pattern }) => pattern?.frame === frozen.frame).length,
      motionMissedMs: (firstMotionMs ?? Number.NaN) - resumedAtMs,
    });
    expect(playlist.ended).toBe(true);
    expect(Math.round(longestS)).toBeLessThanOrEqual(playlist.targetDurationS);
    expect(holesMs.every((holeMs) => Math.abs(holeMs) <= 1)).toBe(true);
    expect(Math.abs(playlist.totalMs - STILL_END_MS - (lastMs - firstMs))).toBeLessThan(1_500);
    reportFigures('staticMinute, ledger', accounted);
    // Not shared is what lies between the press of the button and the end of the session, however long that takes.
    expect(problemsOf(accounted, ['starting', 'not-shared'])).toEqual([]);
    expect(recordedUntilMs).toBeGreaterThan(stoppedAtMs - MAX_PICTURE_INTERVAL_MS);
    expect(lastMs - firstMs).toBeGreaterThan(STATIC_MS + 5_000);
    expect(order.outOfOrder).toBe(0);
    expect(order.decodedRatio).toBeGreaterThan(0.98);
    expect(frames.some(({ pattern }) => pattern?.wallMs === frozen.wallMs)).toBe(true);
    expect((firstMotionMs ?? Number.NaN) - resumedAtMs).toBeLessThan(2_000);
  });
});
