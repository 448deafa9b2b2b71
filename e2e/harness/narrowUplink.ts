import { setTimeout as delay } from 'node:timers/promises';
import { openAgentScreen, type AgentScreen } from './agentScreen.ts';
import { createCleanup, type Closable } from './cleanup.ts';
import { startDisplay } from './display.ts';
import { enrolmentLink } from './enrolment.ts';
import { percentile, type SeenFrameSample } from './frameSummary.ts';
import { createNetworkNamespace, type RateLimit } from './netns.ts';
import { summariseSeconds, type SecondSummary } from './perSecond.ts';
import { openDashboard, share, type Dashboard } from './product.ts';
import { watchSenders, type SentVideo } from './senderProbe.ts';
import { startRemoteStack } from './remoteStack.ts';
import type { Stack } from './stack.ts';
import { until } from './until.ts';

/**
 * The queue of a home router or modem, of some 40 kB: a second at this rate. Far shorter ones lose packets before
 * congestion control can know of the narrow link.
 */
export const NARROW: RateLimit = { rateBps: 300_000, queueMs: 1_000 };

const WIDTH = 1280;
const FULL_RATE = 0.9;
const KEY_FRAME_TIMEOUT_MS = 30_000;
/** What is left of a key frame by then has passed. */
const KEY_FRAME_PASSES_MS = 1_000;

/** What was seen in some stretch of time. */
export interface Phase {
  readonly samples: readonly SeenFrameSample[];
  readonly seconds: readonly SecondSummary[];
}

/** Ann's screen, on which much moves, over an uplink that can be made narrow, and somebody who watches it. */
export interface NarrowUplink extends Closable {
  readonly stack: Stack;
  readonly screen: AgentScreen;
  readonly sessionId: string;
  /** What the agent sends at present. */
  sentVideos(): Promise<SentVideo[]>;
  /** How many key frames of the full picture the agent encodes meanwhile, and what comes of it. */
  countKeyFrames<T>(during: () => Promise<T>): Promise<{ keyFrames: number; result: T }>;
  /**
   * Makes the uplink narrow when a key frame has passed. The narrow link takes more than four seconds over one: the sfu
   * puts the next one off for up to 30 s, but cannot call back what is under way.
   */
  narrow(limit?: RateLimit): Promise<void>;
  widen(): Promise<void>;
  /** Watches for so long. */
  watch(durationMs: number): Promise<Phase>;
  /**
   * Watches until a second begins that has so many pictures.
   *
   * @returns what was seen, and after how long that second began.
   */
  watchUntilRate(
    framesPerSecond: number,
    timeoutMs: number,
  ): Promise<{ samples: SeenFrameSample[]; afterMs: number }>;
}

/** Opens a {@link NarrowUplink}, which is wide at first. */
export async function openNarrowUplink(): Promise<NarrowUplink> {
  const cleanup = createCleanup();
  try {
    const network = cleanup.use(await createNetworkNamespace());
    const stack = cleanup.use(await startRemoteStack(network));
    const display = cleanup.use(await startDisplay({ size: { width: WIDTH, height: 720 } }));
    const screen = cleanup.use(
      await openAgentScreen({
        display,
        agentUrl: await enrolmentLink(stack.api, { user: 'ann', host: 'e2e' }),
        framesPerSecond: 30,
        busy: true,
        network,
      }),
    );
    const sentVideos = await watchSenders(screen.agentPage);
    const sessionId = await share(screen.agentPage);
    const dashboard = cleanup.use(await openDashboard(stack));
    const probe = await dashboard.focus('ann');
    await probe.takeUntil('the first full picture', isFull, 20_000);
    const keyFramesEncoded = async (): Promise<number> =>
      (await sentVideos()).find(({ width }) => width === WIDTH)?.keyFramesEncoded ?? 0;

    return {
      stack,
      screen,
      sessionId,
      sentVideos,
      async countKeyFrames(during) {
        const before = await keyFramesEncoded();
        const result = await during();
        return { keyFrames: (await keyFramesEncoded()) - before, result };
      },
      async narrow(limit = NARROW) {
        const before = await keyFramesEncoded();
        await until('a key frame', async () => (await keyFramesEncoded()) > before, {
          timeoutMs: KEY_FRAME_TIMEOUT_MS,
        });
        await delay(KEY_FRAME_PASSES_MS);
        await network.setRate(limit);
      },
      widen: () => network.clearRate(),
      async watch(durationMs) {
        const startMs = Date.now();
        await delay(durationMs);
        const samples = await probe.take();
        return { samples, seconds: summariseSeconds(samples, { startMs, endMs: startMs + durationMs }) };
      },
      async watchUntilRate(framesPerSecond, timeoutMs) {
        const startMs = Date.now();
        const samples: SeenFrameSample[] = [];
        const reached = await until(
          `${framesPerSecond} pictures in a second`,
          async () => {
            samples.push(...(await probe.take()));
            return beginOfRate(samples, framesPerSecond);
          },
          { timeoutMs },
        );
        return { samples, afterMs: reached.seenAtMs - startMs };
      },
      close: () => cleanup.close(),
    };
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}

/** How many pictures a second usually has. */
export const medianFrames = ({ seconds }: Phase): number =>
  percentile(
    seconds.map(({ frames }) => frames),
    0.5,
  );

/** The rate that counts as full again after one: the rest is a busy machine's. */
export const fullRate = (free: Phase): number => medianFrames(free) * FULL_RATE;

/** Has somebody come to watch ann. Returns after how long the full picture was there, ms. */
export async function comeToWatch(dashboard: Dashboard, timeoutMs: number): Promise<number> {
  const cameAtMs = Date.now();
  const probe = await dashboard.focus('ann');
  const waited = await probe.takeUntil('a full picture', isFull, timeoutMs);
  return (waited.find(isFull)?.seenAtMs ?? Number.NaN) - cameAtMs;
}

/** Whether that is the full picture, not the small one that stands in for it. */
const isFull = ({ width }: SeenFrameSample): boolean => width === WIDTH;

/** The picture with which the first second begins that has so many. */
function beginOfRate(
  samples: readonly SeenFrameSample[],
  framesPerSecond: number,
): SeenFrameSample | undefined {
  const needed = Math.ceil(framesPerSecond);
  return samples.find(
    ({ seenAtMs }, index) => (samples[index + needed - 1]?.seenAtMs ?? Infinity) - seenAtMs < 1_000,
  );
}
