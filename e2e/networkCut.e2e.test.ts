import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { summariseCoverage } from './harness/coverage.ts';
import { reportFigures } from './harness/figures.ts';
import { summariseOrder } from './harness/frameSummary.ts';
import { decodeAccounted, problemsOf } from './harness/ledger.ts';
import type { PageProbe } from './harness/pageProbe.ts';
import { findSession, press, recordedRun } from './harness/product.ts';
import { endedSession, runsOf } from './harness/recordings.ts';
import { openScene, type Scene } from './harness/scene.ts';
import { until } from './harness/until.ts';

const MAX_PAUSE_MS = 1_000;
/** A silent network is noticed within this. */
const NOTICED_MS = 10_000;
const BACK_MS = 30_000;
/** Shorter than the grace. */
const OUTAGE_MS = 30_000;
/** Longer than the grace. */
const LONG_OUTAGE_MS = 70_000;

let scene: Scene;
let probe: PageProbe;
let firstRun: string;
let firstCutAtMs: number;

beforeAll(async () => {
  scene = await openScene({ ownNetwork: true });
  probe = await scene.dashboard.focus('ann');
  await probe.takeUntil('the full picture', ({ width }) => width === 1280, 30_000);
  firstRun = await recordedRun(scene.stack, scene.screen.sessionId, { recordedMs: 1 });
});

afterAll(() => scene.close());

/** Pulls the cable for so long. Returns when, and how soon viewers knew. */
async function cutFor(outageMs: number): Promise<{ cutAtMs: number; noticedAfterMs: number }> {
  const { dashboard, network } = scene;
  const cutAtMs = Date.now();
  await network?.cut();
  await dashboard.presence('ann', 'reconnecting');
  const noticedAfterMs = Date.now() - cutAtMs;
  // How long it lasts is what is tested.
  await delay(cutAtMs + outageMs - Date.now());
  await network?.restore();
  return { cutAtMs, noticedAfterMs };
}

/** Waits for a picture that was painted after now. Returns how long it took. */
async function liveAgainAfterMs(video: PageProbe): Promise<number> {
  const fromMs = Date.now();
  const isBack = ({ pattern }: { pattern: { wallMs: number } | undefined }): boolean =>
    (pattern?.wallMs ?? 0) > fromMs;
  const samples = await video.takeUntil('a picture painted after the cut', isBack, BACK_MS);
  expect(summariseOrder(samples).outOfOrder).toBe(0);
  return (samples.find(isBack)?.seenAtMs ?? Number.NaN) - fromMs;
}

const shownSession = (): Promise<string | null> =>
  scene.screen.agentPage.getByTestId('agent').getAttribute('data-session-id');

describe('an agent whose network is cut', () => {
  it('goes on in the same session after 30 s', async () => {
    const { cutAtMs, noticedAfterMs } = await cutFor(OUTAGE_MS);
    firstCutAtMs = cutAtMs;
    const backAfterMs = await liveAgainAfterMs(probe);
    await scene.dashboard.presence('ann', 'online');
    reportFigures('networkCut, 30 s', { noticedAfterMs, backAfterMs });
    expect(noticedAfterMs).toBeLessThanOrEqual(NOTICED_MS);
    expect(await shownSession()).toBe(scene.screen.sessionId);
    await recordedRun(scene.stack, scene.screen.sessionId, { recordedMs: 1, otherThan: [firstRun] });
    expect((await findSession(scene.stack, scene.screen.sessionId)).endedAtMs).toBeNull();
  });

  it('begins a new session after 70 s, when the grace is over, and nobody presses anything', async () => {
    const { dashboard, screen, stack } = scene;
    const { cutAtMs, noticedAfterMs } = await cutFor(LONG_OUTAGE_MS);
    const ended = await endedSession(stack, screen.sessionId);
    const nextId = await until(
      'a new session',
      async () => {
        const shown = await shownSession();
        return shown !== null && shown !== screen.sessionId && shown;
      },
      { timeoutMs: BACK_MS },
    );
    await recordedRun(stack, nextId, { recordedMs: 1 });
    await dashboard.presence('ann', 'online');
    const graceMs = (ended.endedAtMs ?? Number.NaN) - cutAtMs - noticedAfterMs;
    reportFigures('networkCut, 70 s', { noticedAfterMs, graceMs });
    expect(Math.abs(graceMs - 60_000)).toBeLessThan(2_000);
    await press(screen.agentPage, 'stop');
    await endedSession(stack, nextId);
  });

  it('has on record all but the outages', async () => {
    const { screen, stack } = scene;
    const { frames, accounted } = await decodeAccounted(stack, screen.sessionId);
    const { gaps } = summariseCoverage(frames, MAX_PAUSE_MS);
    const runs = runsOf(await findSession(stack, screen.sessionId));
    reportFigures('networkCut, recorded', {
      runs: runs.map(({ endReason, recordedMs }) => ({ endReason, recordedMs })),
      gaps: gaps.map(({ fromMs, toMs }) => ({ afterCutMs: fromMs - firstCutAtMs, lengthMs: toMs - fromMs })),
    });
    expect(gaps).toHaveLength(1);
    const [gap] = gaps;
    expect(Math.abs((gap?.fromMs ?? 0) - firstCutAtMs)).toBeLessThan(MAX_PAUSE_MS);
    expect((gap?.toMs ?? 0) - firstCutAtMs).toBeLessThan(OUTAGE_MS + BACK_MS);
    expect(summariseOrder(frames).outOfOrder).toBe(0);
    reportFigures('networkCut, ledger', accounted);
    expect(problemsOf(accounted, ['starting', 'reconnecting', 'awaiting-upload'])).toEqual([]);
  });
});
