import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCleanup } from './harness/cleanup.ts';
import { longestStepBackMs, summariseCoverage } from './harness/coverage.ts';
import { startDisplay } from './harness/display.ts';
import { reportFigures } from './harness/figures.ts';
import { decodeAccounted, ledgerOf, problemsOf } from './harness/ledger.ts';
import { createNetworkNamespace, type NetworkNamespace } from './harness/netns.ts';
import { recordedRun, share, shareScreen, type SharedScreen } from './harness/product.ts';
import { runsOf, stopSharing } from './harness/recordings.ts';
import { startRemoteStack } from './harness/remoteStack.ts';
import type { Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';

/** Sooner than an agent notices that nothing arrives. */
const SHORT_MS = 3_000;
/** Congestion control answers a loss with few pictures. */
const MAX_SPARSE_MS = 2_000;
/** From when it is noticed. */
const OUTAGE_MS = 3_000;
const NOTICED_MS = 15_000;
const HEALED_MS = 60_000;
/** Two pictures of what is encoded while nothing arrives, or recorded by the agent itself, are this far apart. */
const MAX_PAUSE_MS = 250;
/** A loss that is noticed sooner shows nothing. */
const UNNOTICED_MS = 2_000;
/** Where what was recorded here and what was recorded there meet. */
const MAX_SEAM_MS = 100;
const SENT_MS = 3_000;

const cleanup = createCleanup();
let stack: Stack;
let network: NetworkNamespace;
let screen: SharedScreen;
const pageErrors: string[] = [];

beforeAll(async () => {
  network = cleanup.use(await createNetworkNamespace());
  stack = cleanup.use(await startRemoteStack(network));
  const display = cleanup.use(await startDisplay({ size: { width: 1280, height: 720 } }));
  screen = cleanup.use(await shareScreen({ display, stack, user: 'ann', network }));
  screen.agentPage.on('pageerror', (error) => pageErrors.push(String(error)));
  await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
});

afterAll(() => cleanup.close());

describe('a loss that ends before anybody notices', () => {
  it('is healed from what the agent keeps of what it sent', async () => {
    const { sessionId } = screen;
    const cutAtMs = Date.now();
    await network.cut('far');
    // How long it lasts is what is tested.
    await delay(SHORT_MS);
    await network.restore();
    const span = await until(
      'what was lost on record as healed',
      async () => {
        const { tracks } = await ledgerOf(stack, sessionId);
        return tracks
          .flatMap(({ spans }) => spans)
          .find((one) => one.state === 'recorded' && one.source === 'healed' && one.toMs > cutAtMs);
      },
      { timeoutMs: HEALED_MS },
    );
    await stopSharing(stack, screen, sessionId);
    const { frames, accounted } = await decodeAccounted(stack, sessionId);
    const { gaps, longestPauseMs } = summariseCoverage(frames, MAX_SPARSE_MS);
    reportFigures('silentLoss, short', {
      healedAfterMs: Date.now() - cutAtMs - SHORT_MS,
      healed: { afterCutMs: span.fromMs - cutAtMs, lengthMs: span.toMs - span.fromMs },
      longestPauseMs,
      longestStepBackMs: longestStepBackMs(frames),
    });
    reportFigures('silentLoss, short, ledger', accounted);
    expect(span.toMs - span.fromMs).toBeGreaterThan(SHORT_MS / 2);
    expect(gaps).toEqual([]);
    expect(longestStepBackMs(frames)).toBeLessThanOrEqual(MAX_SEAM_MS);
    expect(problemsOf(accounted, ['starting', 'not-shared'])).toEqual([]);
  });
});

describe('a loss of which nothing tells', () => {
  it('is healed from when it happened, not from when it was noticed', async () => {
    const { agentPage } = screen;
    const sessionId = await share(agentPage);
    await recordedRun(stack, sessionId, { recordedMs: 1 });
    const cutAtMs = Date.now();
    await network.cut('far');
    const here = agentPage.getByTestId('local-recording');
    await here.waitFor({ timeout: NOTICED_MS });
    const noticedAfterMs = Date.now() - cutAtMs;
    // How long it lasts is what is tested.
    await delay(OUTAGE_MS);
    await network.restore();
    await here.waitFor({ state: 'detached', timeout: HEALED_MS });
    await agentPage.getByTestId('local-kept').waitFor({ state: 'detached', timeout: HEALED_MS });
    await stopSharing(stack, screen, sessionId);
    const { frames, accounted } = await decodeAccounted(stack, sessionId);
    const { gaps, longestPauseMs } = summariseCoverage(frames, MAX_PAUSE_MS);
    reportFigures('silentLoss', {
      noticedAfterMs,
      longestPauseMs,
      gaps: gaps.map(({ fromMs, toMs }) => ({ afterCutMs: fromMs - cutAtMs, lengthMs: toMs - fromMs })),
      longestStepBackMs: longestStepBackMs(frames),
    });
    reportFigures('silentLoss, ledger', accounted);
    expect(noticedAfterMs).toBeGreaterThan(UNNOTICED_MS);
    expect(gaps).toEqual([]);
    expect(longestStepBackMs(frames)).toBeLessThanOrEqual(MAX_SEAM_MS);
    // At the least bit rate not every picture can be read: where recorded time begins is not compared with them here.
    expect(accounted.isWhole).toBe(true);
    const missing = accounted.missing.filter(({ lengthMs }) => lengthMs > MAX_SEAM_MS);
    expect(missing.filter(({ reason }) => reason !== 'starting')).toEqual([]);
    expect(pageErrors).toEqual([]);
  });
});

describe('what is sent live', () => {
  /** Loads the agent's page again, with workers that begin differently, and shares. Returns how much arrived. */
  async function sentWith(breakWorkers: () => void): Promise<number> {
    await screen.agentPage.addInitScript(breakWorkers);
    await screen.agentPage.reload();
    pageErrors.length = 0;
    const sessionId = await share(screen.agentPage);
    // How long it goes on is what is tested.
    await delay(SENT_MS);
    const ended = await stopSharing(stack, screen, sessionId);
    return runsOf(ended).reduce((sum, { recordedMs }) => sum + recordedMs, 0);
  }

  it('goes on when what listens to it fails', async () => {
    const sentMs = await sentWith(() => {
      const Original = Worker;
      window.Worker = class extends Original {
        constructor(url: string | URL, options?: WorkerOptions) {
          const failing = `ArrayBuffer.prototype.slice = () => { throw new RangeError('no memory'); };
            await import('${String(url)}');`;
          super(URL.createObjectURL(new Blob([failing], { type: 'text/javascript' })), options);
        }
      };
    });
    expect(pageErrors).toEqual([expect.stringContaining('no memory')]);
    expect(sentMs).toBeGreaterThan(SENT_MS * 0.8);
  });

  it('goes on when the script that would listen to it cannot be loaded', async () => {
    const sentMs = await sentWith(() => {
      const Original = Worker;
      window.Worker = class extends Original {
        constructor(_url: string | URL, options?: WorkerOptions) {
          super('/not-there.js', options);
        }
      };
    });
    expect(pageErrors).toEqual([expect.stringContaining('has failed')]);
    expect(sentMs).toBeGreaterThan(SENT_MS * 0.8);
  });
});
