import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pauseAround, summariseCoverage } from './harness/coverage.ts';
import { reportFigures } from './harness/figures.ts';
import { summariseOrder } from './harness/frameSummary.ts';
import { decodeAccounted, problemsOf } from './harness/ledger.ts';
import { childrenOf } from './harness/processes.ts';
import { agentState, recordedRun, type Dashboard, type SharedScreen } from './harness/product.ts';
import { runsOf, stopSharing } from './harness/recordings.ts';
import { openScene, type Scene } from './harness/scene.ts';
import type { Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';
import { verifyRecordings } from './harness/verifier.ts';

/** Frames come every 33 ms; a busy machine may lose some in a row. */
const MAX_PAUSE_MS = 1_000;
const BACK_MS = 60_000;

let scene: Scene;
let stack: Stack;
let screen: SharedScreen;
let dashboard: Dashboard;
let firstRun: string;
let killedAtMs: number;

beforeAll(async () => {
  scene = await openScene();
  ({ stack, screen, dashboard } = scene);
});

afterAll(() => scene.close());

describe('a media worker that dies while a screen is watched and recorded', () => {
  it('comes back on the viewer’s page by itself', async () => {
    const probe = await dashboard.focus('ann');
    await probe.takeUntil('the full picture', ({ pattern }) => pattern !== undefined, 30_000);
    firstRun = await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
    const workers = await childrenOf(stack.sfu.pid, 'mediasoup-worker');
    expect(workers).toHaveLength(1);

    await probe.take();
    killedAtMs = Date.now();
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    const samples = await probe.takeUntil(
      'a picture that was painted after the worker had died',
      ({ pattern, width }) => pattern !== undefined && pattern.wallMs > killedAtMs + 1_000 && width === 1280,
      BACK_MS,
    );
    const firstBack = samples.find(({ pattern }) => (pattern?.wallMs ?? 0) > killedAtMs + 500);
    reportFigures('workerKilled, live', {
      backAfterMs: (firstBack?.seenAtMs ?? Number.NaN) - killedAtMs,
      outOfOrder: summariseOrder(samples).outOfOrder,
    });
    expect(summariseOrder(samples).outOfOrder).toBe(0);
    expect(await agentState(screen.agentPage)).toBe('streaming');
    expect(await screen.agentPage.getByTestId('agent').getAttribute('data-session-id')).toBe(
      screen.sessionId,
    );
    await probe.close();
  });

  it('leaves the focus view as if nothing had happened, and no worker too many', async () => {
    await until(
      'the focus view to stream',
      async () => (await dashboard.page.getByTestId('focus').getAttribute('data-state')) === 'streaming',
      { timeoutMs: 10_000 },
    );
    expect(await childrenOf(stack.sfu.pid, 'mediasoup-worker')).toHaveLength(1);
  });

  it('goes on being recorded, in a new run of the same session', async () => {
    await recordedRun(stack, screen.sessionId, { recordedMs: 1, otherThan: [firstRun] });
    const session = await stopSharing(stack, screen, screen.sessionId);
    const runs = runsOf(session);
    const { playlist, frames, accounted } = await decodeAccounted(stack, screen.sessionId);
    const order = summariseOrder(frames);
    const coverage = summariseCoverage(frames, MAX_PAUSE_MS);
    const lost = pauseAround(frames, killedAtMs) ?? { fromMs: 0, toMs: Number.POSITIVE_INFINITY };
    reportFigures('workerKilled, recorded', {
      ...order,
      runs: runs.map(({ endReason, recordedMs }) => ({ endReason, recordedMs })),
      coveredMs: coverage.coveredMs,
      lostBeforeKillMs: killedAtMs - lost.fromMs,
      lostAfterKillMs: lost.toMs - killedAtMs,
    });
    expect(runs.map(({ endReason }) => endReason)).toEqual(['worker-died', 'stopped']);
    expect(playlist.ended).toBe(true);
    expect(playlist.segments.filter(({ discontinuous }) => discontinuous)).toHaveLength(1);
    expect(order.outOfOrder).toBe(0);
    expect(order.decodedRatio).toBeGreaterThan(0.98);
    expect(killedAtMs - lost.fromMs).toBeLessThan(1_000);
    expect(lost.toMs - killedAtMs).toBeLessThan(BACK_MS);
    expect(coverage.gaps.filter(({ fromMs }) => fromMs !== lost.fromMs)).toEqual([]);
    reportFigures('workerKilled, ledger', accounted);
    expect(problemsOf(accounted, ['starting', 'worker-restart', 'awaiting-upload'])).toEqual([]);
    expect(await verifyRecordings(stack)).toMatchObject({ exitCode: 0 });
  });
});
