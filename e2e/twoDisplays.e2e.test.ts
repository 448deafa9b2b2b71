import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openPattern } from './harness/agentScreen.ts';
import { createCleanup } from './harness/cleanup.ts';
import { summariseCoverage } from './harness/coverage.ts';
import { startDisplay } from './harness/display.ts';
import { reportFigures } from './harness/figures.ts';
import { summariseLatency, summariseOrder, type FrameSample } from './harness/frameSummary.ts';
import { decodeAccounted, problemsOf } from './harness/ledger.ts';
import {
  openDashboard,
  press,
  recordedRun,
  shareScreen,
  type Dashboard,
  type SharedScreen,
} from './harness/product.ts';
import { stopSharing } from './harness/recordings.ts';
import { startStack, type Stack } from './harness/stack.ts';

const SIZE = { width: 1280, height: 720 };
const LEFT = { ...SIZE, left: 0, top: 0 };
const RIGHT = { ...SIZE, left: 1280, top: 0 };
const TRACKS = [
  { trackId: 'display-1', displayId: 1 },
  { trackId: 'display-2', displayId: 2 },
];
const SHOWN_MS = 30_000;
/** While the second display starts, the two encoders share what the first one's estimate has left. */
const MAX_PAUSE_MS = 5_000;

const cleanup = createCleanup();
let stack: Stack;
let screen: SharedScreen;
let dashboard: Dashboard;

beforeAll(async () => {
  stack = cleanup.use(await startStack());
  const display = cleanup.use(await startDisplay({ size: { width: 2560, height: 720 } }));
  await display.addMonitor({ name: 'left', ...LEFT });
  screen = cleanup.use(await shareScreen({ display, stack, user: 'ann', bounds: LEFT }));
  await display.addMonitor({ name: 'right', ...RIGHT });
  await openPattern(screen.agentPage, { bounds: RIGHT, displayId: 2, framesPerSecond: 30 });
  await press(screen.agentPage, 'share');
  await screen.agentPage.locator('[data-track-id="display-2"]').waitFor({ state: 'attached' });
  dashboard = cleanup.use(await openDashboard(stack));
});

afterAll(() => cleanup.close());

const displaysIn = (samples: readonly FrameSample[]): Set<number | undefined> =>
  new Set(samples.flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern.displayId])));

describe('an agent that shares two displays', () => {
  it.each(TRACKS)(
    'has a tile for $trackId, which shows that display only',
    async ({ trackId, displayId }) => {
      const probe = await dashboard.watchTile('ann', trackId);
      const samples = await probe.takeUntil(
        'a readable picture',
        ({ pattern }) => pattern !== undefined,
        SHOWN_MS,
      );
      const { frame = 0 } = samples.at(-1)?.pattern ?? {};
      samples.push(
        ...(await probe.takeUntil(
          'a second more',
          ({ pattern }) => (pattern?.frame ?? 0) > frame + 30,
          SHOWN_MS,
        )),
      );
      expect(displaysIn(samples)).toEqual(new Set([displayId]));
      await probe.close();
    },
  );

  it.each(TRACKS)('shows $trackId in focus', async ({ trackId, displayId }) => {
    const probe = await dashboard.focus('ann', trackId);
    await probe.takeUntil('the full picture', ({ pattern }) => pattern?.displayId === displayId, SHOWN_MS);
    const { frame } = (await probe.look())?.pattern ?? { frame: 0 };
    const samples = await probe.takeUntil(
      'two seconds more',
      ({ pattern }) => (pattern?.frame ?? 0) > frame + 60,
      SHOWN_MS,
    );
    const { p50Ms, p95Ms, outOfOrder, decodedRatio } = summariseLatency(samples);
    reportFigures(`twoDisplays, ${trackId} live`, { p50Ms, p95Ms, outOfOrder, decodedRatio });
    expect(displaysIn(samples)).toEqual(new Set([displayId]));
    expect(samples.at(-1)).toMatchObject(SIZE);
    expect(outOfOrder).toBe(0);
    await probe.close();
    await dashboard.page.getByTestId('back').click();
  });

  it('records each in a track of its own', async () => {
    for (const { trackId } of TRACKS) await recordedRun(stack, screen.sessionId, { recordedMs: 1, trackId });
    const session = await stopSharing(stack, screen, screen.sessionId);
    expect(session.tracks.map(({ trackId }) => trackId).toSorted()).toEqual(['display-1', 'display-2']);
    for (const { trackId, displayId } of TRACKS) {
      const { playlist, frames, accounted } = await decodeAccounted(stack, screen.sessionId, trackId);
      const order = summariseOrder(frames);
      const { coveredMs, gaps, longestPauseMs } = summariseCoverage(frames, MAX_PAUSE_MS);
      reportFigures(`twoDisplays, ${trackId} recorded`, {
        ...order,
        coveredMs,
        longestPauseMs,
        recordedMs: playlist.totalMs,
      });
      expect(displaysIn(frames)).toEqual(new Set([displayId]));
      expect(order.outOfOrder).toBe(0);
      expect(order.decodedRatio).toBeGreaterThan(0.98);
      expect(gaps).toEqual([]);
      expect(playlist.ended).toBe(true);
      reportFigures(`twoDisplays, ${trackId} ledger`, accounted);
      expect(problemsOf(accounted, ['starting', 'not-shared'])).toEqual([]);
    }
  });
});
