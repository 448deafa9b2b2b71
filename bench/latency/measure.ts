import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PatternWindow } from '@sightline/e2e/harness/agentScreen.ts';
import type { SeenFrameSample } from '@sightline/e2e/harness/frameSummary.ts';
import { scriptForPage } from '@sightline/e2e/harness/pageModules.ts';
import { watchVideo } from '@sightline/e2e/harness/pageProbe.ts';
import type { LiveSystem } from './liveSystem.ts';
import type { FirstFrameSample } from './pages/firstFrameProbe.ts';

const PROBE_PATH = join(import.meta.dirname, 'pages/firstFrameProbe.ts');

/** After the screen stopped moving, and between two clicks: encoders and buffers come to rest. */
const REST_MS = 2_000;
/** A stream that shows nothing for so long never will. */
const FIRST_FRAME_TIMEOUT_MS = 15_000;

/** What one system's pictures were measured with. */
export interface LatencyPlan {
  /** The time after the first click that does not count. */
  readonly settleMs: number;
  readonly watchMs: number;
  readonly clicks: number;
}

/** What was seen of one system. */
export interface LatencySamples {
  readonly live: readonly SeenFrameSample[];
  readonly firstFrames: readonly FirstFrameSample[];
}

/** Watches the moving screen, then freezes it and opens it again and again. */
export async function measureSystem(
  system: LiveSystem,
  pattern: PatternWindow,
  plan: LatencyPlan,
): Promise<LatencySamples> {
  const live = await watchLive(system, plan);
  await pattern.freeze();
  await delay(REST_MS);
  const firstFrames = await openRepeatedly(system, plan.clicks);
  await pattern.resume();
  return { live, firstFrames };
}

async function watchLive(
  { viewerPage, watchSelector, leaveSelector, target }: LiveSystem,
  { settleMs, watchMs }: LatencyPlan,
): Promise<SeenFrameSample[]> {
  await viewerPage.click(watchSelector);
  const probe = await watchVideo(viewerPage, target.videoSelector);
  try {
    await probe.takeUntil(
      'the first picture',
      ({ pattern }) => pattern !== undefined,
      FIRST_FRAME_TIMEOUT_MS,
    );
    await delay(settleMs);
    await probe.take();
    await delay(watchMs);
    return await probe.take();
  } finally {
    await probe.close();
    await viewerPage.click(leaveSelector);
  }
}

async function openRepeatedly(
  { viewerPage, watchSelector, leaveSelector, target }: LiveSystem,
  clicks: number,
): Promise<FirstFrameSample[]> {
  await viewerPage.evaluate(await scriptForPage(PROBE_PATH));
  const samples: FirstFrameSample[] = [];
  while (samples.length < clicks) {
    await delay(REST_MS);
    await viewerPage.evaluate((where) => window.firstFrameProbe.arm(where), target);
    await viewerPage.click(watchSelector);
    samples.push(
      await withDeadline(
        viewerPage.evaluate(() => window.firstFrameProbe.sample()),
        FIRST_FRAME_TIMEOUT_MS,
      ),
    );
    await viewerPage.click(leaveSelector);
  }
  return samples;
}

async function withDeadline<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  const timer = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: timer.signal }).then((): never => {
    throw new Error(`no first frame within ${timeoutMs} ms of the click`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}
