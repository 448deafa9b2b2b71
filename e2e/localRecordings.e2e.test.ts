import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keepBusy } from './harness/busyPage.ts';
import { createCleanup } from './harness/cleanup.ts';
import { summariseCoverage } from './harness/coverage.ts';
import { startDisplay } from './harness/display.ts';
import { reportFigures } from './harness/figures.ts';
import { decodeAccounted, ledgerOf, problemsOf } from './harness/ledger.ts';
import { createNetworkNamespace, type NetworkNamespace } from './harness/netns.ts';
import { press, recordedRun, shareScreen, type SharedScreen } from './harness/product.ts';
import { stopSharing } from './harness/recordings.ts';
import { startRemoteStack } from './harness/remoteStack.ts';
import type { Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';

/** One in three used to show nothing but its first picture. */
const RECORDINGS = 12;
const RECORDING_MS = 1_500;
/** A little more than the time from one frame to the next: one comes before the page can hand them on. */
const BUSY_MS = 35;
/** Pictures come every 67 ms; a busy machine may lose some in a row. */
const MAX_PAUSE_MS = 1_000;
const TIMEOUT_MS = 60_000;

const cleanup = createCleanup();
let stack: Stack;
let network: NetworkNamespace;
let screen: SharedScreen;

beforeAll(async () => {
  network = cleanup.use(await createNetworkNamespace());
  stack = cleanup.use(await startRemoteStack(network));
  const display = cleanup.use(await startDisplay({ size: { width: 1280, height: 720 } }));
  screen = cleanup.use(await shareScreen({ display, stack, user: 'ann', network }));
  await keepBusy(screen.agentPage, BUSY_MS);
  await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
});

afterAll(() => cleanup.close());

/** Waits until the screen has shown so much more. */
async function shown(lengthMs: number): Promise<void> {
  const { wallMs: begunMs } = await screen.pattern.shown();
  const isOver = async (): Promise<boolean> => (await screen.pattern.shown()).wallMs >= begunMs + lengthMs;
  await until(`${lengthMs} ms of the screen`, isOver, { timeoutMs: TIMEOUT_MS });
}

/** Nothing waits for its upload: what is not there will not come. */
async function isHealed(): Promise<boolean> {
  const { tracks } = await ledgerOf(stack, screen.sessionId);
  const spans = tracks.flatMap((track) => track.spans);
  return (
    spans.filter((span) => span.state === 'recorded' && span.source === 'healed').length >= RECORDINGS &&
    !spans.some((span) => span.state === 'missing' && span.reason === 'awaiting-upload')
  );
}

describe('an agent without a network that records, is paused and resumed again and again, on a busy page', () => {
  it('shows all that moved meanwhile', async () => {
    const { agentPage, sessionId } = screen;
    await network.cut();
    await agentPage
      .locator('[data-testid="agent"]:not([data-connection="connected"])')
      .waitFor({ timeout: TIMEOUT_MS });
    for (let count = 0; count < RECORDINGS; count += 1) {
      await press(agentPage, 'pause');
      await press(agentPage, 'pause');
      await shown(RECORDING_MS);
    }
    await network.restore();
    await until('the healing', isHealed, { timeoutMs: TIMEOUT_MS });
    await stopSharing(stack, screen, sessionId);
    const { frames, accounted } = await decodeAccounted(stack, sessionId);
    const { gaps, longestPauseMs } = summariseCoverage(frames, MAX_PAUSE_MS);
    reportFigures('localRecordings', { frames: frames.length, longestPauseMs });
    reportFigures('localRecordings, ledger', accounted);
    expect(gaps).toEqual([]);
    // Where a recording was interrupted, its last picture may be missing, or two on a busy machine. Of the pauses the
    // server could not be told.
    expect(problemsOf({ ...accounted, worstErrorMs: 0 }, ['starting', 'reconnecting', 'not-shared'])).toEqual(
      [],
    );
  });
});
