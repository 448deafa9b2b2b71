import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recorderList, type ExportOrder, type PlaybackOrder } from '@sightline/shared';
import { exportAndDownload } from './harness/exports.ts';
import { reportFigures } from './harness/figures.ts';
import { summariseOrder, type SeenFrameSample } from './harness/frameSummary.ts';
import { watchVideo, type PageProbe } from './harness/pageProbe.ts';
import {
  FIRST_TRACK,
  findSession,
  recordedRun,
  share,
  type Dashboard,
  type SharedScreen,
} from './harness/product.ts';
import { fetchPlaylist, stopSharing } from './harness/recordings.ts';
import { openScene, type Scene } from './harness/scene.ts';
import type { Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';
import { runVerifier } from './harness/verifier.ts';

const SHOWN_MS = 30_000;
/** A picture's place on the recording's time is known to within what its first key frame takes to arrive. */
const CLOCK_OFF_MS = 1_500;
/** How much of a second session is recorded. */
const SECOND_MS = 8_000;
/** How much earlier than asked for a segment may begin. */
const MAX_SEGMENT_MS = 12_000;
const EXPORT_PAGE = 'http://export.test/';

let scene: Scene;
let stack: Stack;
let screen: SharedScreen;
let dashboard: Dashboard;
let recordedFromMs: number;
let range: { fromMs: number; toMs: number; companyId: string; userId: string };

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
  await page
    .locator(`[data-session-id="${screen.sessionId}"]`)
    .getByRole('link', { name: 'ann', exact: true })
    .click();
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

  it.each(['the video element', 'hls.js'])(
    'goes on behind a picture that %s cannot decode',
    async (first) => {
      const { segments } = await fetchPlaylist(stack, screen.sessionId);
      const [, damaged, next] = segments;
      if (damaged === undefined || next === undefined) throw new Error('three segments were recorded');
      const { page } = dashboard;
      const ofDamaged = (url: URL): boolean => url.pathname.includes(`-${damaged.startMs}-`);
      await page.route(ofDamaged, async (route) => {
        const response = await route.fetch();
        const body = await response.body();
        // A hole of some packets in the key frame, as after a loss.
        await route.fulfill({
          response,
          body: Buffer.concat([body.subarray(0, 188 * 40), body.subarray(188 * 120)]),
        });
      });
      const probe = await openPlayer();
      if (first === 'hls.js') {
        await page.evaluate(() => {
          // At the first error all is appended. At the second one, where the damage begins, more is to be appended.
          let errors = 0;
          const swallow = (event: Event): void => {
            errors += 1;
            if (errors > 1) event.stopImmediatePropagation();
          };
          window.addEventListener('error', swallow, { capture: true });
        });
      }
      // What comes before the damage is of no interest.
      await page.getByTestId('player-video').evaluate((video: HTMLVideoElement) => (video.playbackRate = 4));
      await playsFrom(probe, next.startMs, next.startMs + MAX_SEGMENT_MS);
      await page.unroute(ofDamaged);
      await probe.close();
    },
  );

  it('plays a stretch of time across two sessions, and goes on where the second one begins', async () => {
    const second = await share(screen.agentPage);
    await recordedRun(stack, second, { recordedMs: SECOND_MS });
    await stopSharing(stack, screen, second);
    const [first, next] = [await fetchPlaylist(stack, screen.sessionId), await fetchPlaylist(stack, second)];
    const last = first.segments.at(-1) ?? { startMs: Number.NaN, durationMs: Number.NaN };
    const nextMs = next.segments[0]?.startMs ?? Number.NaN;
    const { companyId, userId } = await findSession(stack, second);
    range = {
      fromMs: last.startMs + last.durationMs - 2_000,
      toMs: nextMs + SECOND_MS / 2,
      companyId,
      userId,
    };

    const { page } = dashboard;
    const order: PlaybackOrder = { kind: 'range', trackId: FIRST_TRACK, ...range };
    await page.route('**/api/v1/playback', (route) => route.continue({ postData: JSON.stringify(order) }));
    const probe = await openPlayer();
    const begun = await playsFrom(probe, range.fromMs - MAX_SEGMENT_MS, nextMs - 1);
    const after = await playsFrom(probe, nextMs, range.toMs + MAX_SEGMENT_MS);
    await page.unroute('**/api/v1/playback');
    const summary = summariseOrder([...begun, ...after]);
    reportFigures('playback, range', { ...summary, pausedMs: nextMs - last.startMs - last.durationMs });
    expect(summary.outOfOrder).toBe(0);
    await probe.close();
  });

  it('plays what was exported of it, as one file', async () => {
    const { companyId, userId, fromMs, toMs } = range;
    const order: ExportOrder = {
      companyId,
      from: { kind: 'user', userId },
      fromMs,
      toMs,
      output: { kind: 'video', trackId: FIRST_TRACK },
    };
    const { exportId, url, fileName, disposition, body } = await exportAndDownload(stack, order);
    expect(disposition).toBe(`attachment; filename="${fileName}"`);

    const page = await dashboard.page.context().newPage();
    await page.route(`${EXPORT_PAGE}**`, (route) =>
      route.request().url().endsWith('.mp4')
        ? route.fulfill({ contentType: 'video/mp4', body })
        : route.fulfill({
            contentType: 'text/html',
            body: '<video data-testid="export" src="export.mp4" muted></video>',
          }),
    );
    await page.goto(EXPORT_PAGE);
    const probe = await watchVideo(page, '[data-testid="export"]');
    await page.getByTestId('export').evaluate((video: HTMLVideoElement) => video.play());
    const seen = await playsFrom(probe, toMs - SECOND_MS / 2, toMs);
    expect(summariseOrder(seen).outOfOrder).toBe(0);
    await probe.close();

    await stack.api('DELETE', `/api/v1/exports/${exportId}`);
    expect((await fetch(url)).status).toBe(404);
  });

  it('can prove what it showed, from an evidence package alone', async () => {
    const { companyId, userId, fromMs, toMs } = range;
    const order: ExportOrder = {
      companyId,
      from: { kind: 'user', userId },
      fromMs,
      toMs,
      output: { kind: 'evidence' },
    };
    const { body } = await exportAndDownload(stack, order);
    const owner = await stack.signIn();
    const { recorders } = recorderList.parse(await owner.api('GET', '/api/v1/recorders'));
    const [key, zip] = [join(stack.dataDir, 'key.pem'), join(stack.dataDir, 'evidence.zip')];
    await writeFile(key, recorders.map(({ publicKey }) => publicKey).join(''));
    await writeFile(zip, body);
    expect(await runVerifier(stack.dataDir, zip, '--key', key)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Everything is whole: 2 sessions'),
    });
  });
});
