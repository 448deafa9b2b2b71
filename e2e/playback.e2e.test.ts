import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reportFigures } from './harness/figures.ts';
import { summariseOrder, type SeenFrameSample } from './harness/frameSummary.ts';
import { watchVideo, type PageProbe } from './harness/pageProbe.ts';
import { recordedRun, type Dashboard, type SharedScreen } from './harness/product.ts';
import { fetchPlaylist, stopSharing } from './harness/recordings.ts';
import { openScene, type Scene } from './harness/scene.ts';
import type { Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';

const SHOWN_MS = 30_000;
/** A picture's place on the recording's time is known to within what its first key frame takes to arrive. */
const CLOCK_OFF_MS = 1_500;

let scene: Scene;
let stack: Stack;
let screen: SharedScreen;
let dashboard: Dashboard;
let recordedFromMs: number;

beforeAll(async () => {
  scene = await openScene();
  ({ stack, screen, dashboard } = scene);
});

afterAll(() => scene.close());

const wallMsOf = ({ pattern }: { pattern: { wallMs: number } | undefined }): number =>
  pattern?.wallMs ?? Number.NaN;

/** Opens the recording as a person would: from the list. */
async function openPlayer(): Promise<PageProbe> {
  const { page } = dashboard;
  await page.goto(`${stack.url}/recordings`);
  await page.locator(`[data-session-id="${screen.sessionId}"]`).getByRole('link', { name: 'ann' }).click();
  return watchVideo(page, '[data-testid="player-video"]');
}

/** Waits for a picture that was painted in this span, and for two seconds of what follows it. */
async function playsFrom(probe: PageProbe, fromMs: number, toMs: number): Promise<SeenFrameSample[]> {
  const inSpan = (sample: SeenFrameSample): boolean => wallMsOf(sample) >= fromMs && wallMsOf(sample) <= toMs;
  const found = await probe.takeUntil(`a picture from ${fromMs} to ${toMs}`, inSpan, SHOWN_MS);
  const samples = found.slice(found.findIndex(inSpan));
  const laterMs = wallMsOf(samples[0] ?? { pattern: undefined }) + 2_000;
  samples.push(
    ...(await probe.takeUntil('two seconds of it', (sample) => wallMsOf(sample) > laterMs, SHOWN_MS)),
  );
  return samples;
}

describe('the player of recordings', () => {
  it('plays a session that still runs, and rewinds it', async () => {
    await recordedRun(stack, screen.sessionId, { recordedMs: 20_000 });
    recordedFromMs = (await fetchPlaylist(stack, screen.sessionId)).segments[0]?.startMs ?? Number.NaN;
    const openedAtMs = Date.now();
    const probe = await openPlayer();
    const [edge] = (
      await probe.takeUntil('the first picture', ({ pattern }) => pattern !== undefined, SHOWN_MS)
    ).filter(({ pattern }) => pattern !== undefined);
    if (edge === undefined) throw new Error('a picture was waited for');

    await dashboard.page.getByTestId('timeline').press('Home');
    const rewound = await playsFrom(probe, recordedFromMs - 2_000, recordedFromMs + 3_000);
    expect(wallMsOf(edge)).toBeGreaterThan(Math.max(...rewound.map(wallMsOf).filter(Number.isFinite)));

    await dashboard.page.getByTestId('live-edge').click();
    const live = await playsFrom(probe, wallMsOf(edge), Number.POSITIVE_INFINITY);
    const [order, liveOrder] = [summariseOrder(rewound), summariseOrder(live)];
    reportFigures('playback, running', {
      firstPictureMs: edge.seenAtMs - openedAtMs,
      behindLiveMs: edge.seenAtMs - wallMsOf(edge),
      rewoundByMs: wallMsOf(edge) - wallMsOf(rewound[0] ?? edge),
      rewound: order,
      live: liveOrder,
    });
    expect([order.outOfOrder, liveOrder.outOfOrder]).toEqual([0, 0]);
    await probe.close();
  });

  it('plays it from its beginning to its end once it has ended, and tells the time of the picture', async () => {
    await stopSharing(stack, screen, screen.sessionId);
    const recordedToMs = (await screen.pattern.shown()).wallMs;
    const { segments } = await fetchPlaylist(stack, screen.sessionId);
    const last = segments.at(-1) ?? { startMs: Number.NaN, durationMs: Number.NaN };
    const probe = await openPlayer();
    const begun = await playsFrom(probe, recordedFromMs - 2_000, recordedFromMs + 3_000);

    const player = dashboard.page.getByTestId('player');
    await dashboard.page.getByTestId('play').click();
    await until('a pause', async () => (await player.getAttribute('data-state')) === 'paused', {
      timeoutMs: SHOWN_MS,
    });
    const shownMs = wallMsOf((await probe.look()) ?? { pattern: undefined });
    const toldMs = Number(await player.getAttribute('data-wall-ms'));

    await dashboard.page.getByTestId('timeline').press('End');
    const nearEndMs = last.startMs + last.durationMs - CLOCK_OFF_MS;
    const end = await until(
      'one of the last pictures',
      async () => {
        const seen = await probe.look();
        return seen !== undefined && wallMsOf(seen) >= nearEndMs && seen;
      },
      { timeoutMs: SHOWN_MS },
    );
    reportFigures('playback, ended', {
      ...summariseOrder(begun),
      clockOffMs: Math.round(toldMs - shownMs),
      endToStopMs: recordedToMs - wallMsOf(end),
    });
    expect(summariseOrder(begun).outOfOrder).toBe(0);
    expect(Math.abs(toldMs - shownMs)).toBeLessThan(CLOCK_OFF_MS);
    await probe.close();
  });
});
