import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pauseAround, summariseCoverage } from './harness/coverage.ts';
import { reportFigures } from './harness/figures.ts';
import { summariseOrder } from './harness/frameSummary.ts';
import { decodeAccounted, problemsOf } from './harness/ledger.ts';
import { listSessions, recordedRun } from './harness/product.ts';
import { runsOf, stopSharing } from './harness/recordings.ts';
import { openScene, type Scene } from './harness/scene.ts';
import { verifyRecordings } from './harness/verifier.ts';

/** From the moment the port is open again. */
const LIVE_AGAIN_MS = 5_000;
const MAX_PAUSE_MS = 1_000;

let scene: Scene;
let firstRun: string;
let killedAtMs: number;

beforeAll(async () => {
  scene = await openScene();
});

afterAll(() => scene.close());

describe('an sfu that is killed and started again while a screen is watched and recorded', () => {
  it('shows the screen again, nobody presses anything', async () => {
    const { dashboard, screen, stack } = scene;
    const probe = await dashboard.focus('ann');
    await probe.takeUntil('the full picture', ({ width }) => width === 1280, 30_000);
    firstRun = await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
    await probe.take();

    killedAtMs = Date.now();
    await stack.restartSfu('SIGKILL');
    const openAgainAtMs = Date.now();
    const isBack = ({ pattern }: { pattern: { wallMs: number } | undefined }): boolean =>
      (pattern?.wallMs ?? 0) > openAgainAtMs;
    const samples = await probe.takeUntil('a picture painted after the restart', isBack, 60_000);
    const liveAgainAfterMs = (samples.find(isBack)?.seenAtMs ?? Number.NaN) - openAgainAtMs;
    reportFigures('sfuKilled, live', { downMs: openAgainAtMs - killedAtMs, liveAgainAfterMs });
    expect(liveAgainAfterMs).toBeLessThanOrEqual(LIVE_AGAIN_MS);
    expect(summariseOrder(samples).outOfOrder).toBe(0);
    await dashboard.presence('ann', 'online');
    await probe.close();
  });

  it('goes on in the same session, recorded in a new run', async () => {
    const { screen, stack } = scene;
    await recordedRun(stack, screen.sessionId, { recordedMs: 1, otherThan: [firstRun] });
    expect((await listSessions(stack)).map(({ sessionId }) => sessionId)).toEqual([screen.sessionId]);
    expect(await screen.agentPage.getByTestId('agent').getAttribute('data-session-id')).toBe(
      screen.sessionId,
    );
    const session = await stopSharing(stack, screen, screen.sessionId);
    const { frames, accounted } = await decodeAccounted(stack, screen.sessionId);
    const coverage = summariseCoverage(frames, MAX_PAUSE_MS);
    const lost = pauseAround(frames, killedAtMs) ?? { fromMs: 0, toMs: Number.POSITIVE_INFINITY };
    reportFigures('sfuKilled, recorded', {
      runs: runsOf(session).map(({ endReason, recordedMs }) => ({ endReason, recordedMs })),
      lostBeforeKillMs: killedAtMs - lost.fromMs,
      lostAfterKillMs: lost.toMs - killedAtMs,
    });
    expect(runsOf(session)).toHaveLength(2);
    expect(killedAtMs - lost.fromMs).toBeLessThan(1_000);
    expect(coverage.gaps.filter(({ fromMs }) => fromMs !== lost.fromMs)).toEqual([]);
    expect(summariseOrder(frames).outOfOrder).toBe(0);
    reportFigures('sfuKilled, ledger', accounted);
    expect(problemsOf(accounted, ['starting', 'sfu-restart', 'awaiting-upload'])).toEqual([]);
    expect(await verifyRecordings(stack)).toMatchObject({ exitCode: 0 });
  });
});
