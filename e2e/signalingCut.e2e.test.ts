import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { summariseCoverage } from './harness/coverage.ts';
import { reportFigures } from './harness/figures.ts';
import { summariseOrder } from './harness/frameSummary.ts';
import { decodeAccounted, problemsOf } from './harness/ledger.ts';
import { agentState, recordedRun } from './harness/product.ts';
import { runsOf, stopSharing } from './harness/recordings.ts';
import { openScene, type Scene } from './harness/scene.ts';

const CUT_MS = 10_000;
/** Frames come every 33 ms; a busy machine may lose some in a row. */
const MAX_PAUSE_MS = 1_000;

let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});

afterAll(() => scene.close());

describe('an agent whose signaling is cut for ten seconds while it is watched and recorded', () => {
  it('is seen all the while, shown as reconnecting, and back online by itself', async () => {
    const { dashboard, screen, signaling, stack } = scene;
    const probe = await dashboard.focus('ann');
    await probe.takeUntil('the full picture', ({ width }) => width === 1280, 30_000);
    await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
    await probe.take();

    const cutAtMs = Date.now();
    signaling.cut('closed');
    await dashboard.presence('ann', 'reconnecting');
    const noticedAfterMs = Date.now() - cutAtMs;
    const samples = await probe.takeUntil(
      'a picture from the end of the cut',
      ({ pattern }) => (pattern?.wallMs ?? 0) > cutAtMs + CUT_MS,
      CUT_MS + 20_000,
    );
    expect(await agentState(screen.agentPage)).toBe('streaming');
    const restoredAtMs = Date.now();
    signaling.restore();
    await dashboard.presence('ann', 'online');
    const backAfterMs = Date.now() - restoredAtMs;
    samples.push(
      ...(await probe.takeUntil(
        'pictures after it is back',
        ({ pattern }) => (pattern?.wallMs ?? 0) > restoredAtMs + backAfterMs + 2_000,
        30_000,
      )),
    );
    await probe.close();

    const coverage = summariseCoverage(samples, MAX_PAUSE_MS);
    const order = summariseOrder(samples);
    const { longestPauseMs } = coverage;
    reportFigures('signalingCut, live', { noticedAfterMs, backAfterMs, longestPauseMs, ...order });
    expect(coverage.gaps).toEqual([]);
    expect(order.outOfOrder).toBe(0);
    expect(await screen.agentPage.getByTestId('agent').getAttribute('data-session-id')).toBe(
      screen.sessionId,
    );
  });

  it('is recorded in one run, without a gap', async () => {
    const { screen, stack } = scene;
    const session = await stopSharing(stack, screen, screen.sessionId);
    const { frames, accounted } = await decodeAccounted(stack, screen.sessionId);
    const coverage = summariseCoverage(frames, MAX_PAUSE_MS);
    const order = summariseOrder(frames);
    reportFigures('signalingCut, recorded', { ...order, coveredMs: coverage.coveredMs });
    expect(runsOf(session).map(({ endReason }) => endReason)).toEqual(['stopped']);
    expect(coverage.gaps).toEqual([]);
    expect(coverage.coveredMs).toBeGreaterThan(CUT_MS);
    expect(order.outOfOrder).toBe(0);
    expect(order.decodedRatio).toBeGreaterThan(0.98);
    reportFigures('signalingCut, ledger', accounted);
    // What the agent kept while nobody could tell whether it arrived goes back to before the recording began.
    expect(problemsOf(accounted, ['starting', 'not-shared', 'awaiting-upload'])).toEqual([]);
    expect(accounted.longestPauseMs).toBeLessThanOrEqual(MAX_PAUSE_MS);
  });
});
