import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCleanup } from '../harness/cleanup.ts';
import { summariseCoverage } from '../harness/coverage.ts';
import { startDisplay } from '../harness/display.ts';
import { reportFigures } from '../harness/figures.ts';
import { decodeAccounted, problemsOf } from '../harness/ledger.ts';
import { createNetworkNamespace, type NetworkNamespace } from '../harness/netns.ts';
import { findSession, recordedRun, shareScreen, type SharedScreen } from '../harness/product.ts';
import { endedSession } from '../harness/recordings.ts';
import { startRemoteStack } from '../harness/remoteStack.ts';
import type { Stack } from '../harness/stack.ts';
import { until } from '../harness/until.ts';

const START_MS = 60_000;
const OUTAGE_MS = 600_000;
/** At half of the uplink, in the background. */
const HEALED_MS = 600_000;
const DECODED_MS = 300_000;
/** A busy machine may leave some pictures out in a row. */
const MAX_PAUSE_MS = 1_000;

const cleanup = createCleanup();
let stack: Stack;
let network: NetworkNamespace;
let screen: SharedScreen;
let restoredAtMs: number;

beforeAll(async () => {
  network = cleanup.use(await createNetworkNamespace());
  stack = cleanup.use(await startRemoteStack(network));
  const display = cleanup.use(await startDisplay({ size: { width: 1280, height: 720 } }));
  screen = cleanup.use(await shareScreen({ display, stack, user: 'ann', network }));
  await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
}, START_MS);

afterAll(() => cleanup.close());

describe('an outage of 10 min, longer than the grace', () => {
  it(
    'ends the session provisionally, and is healed in that session up to its end',
    async () => {
      await network.cut();
      // How long it lasts is what is tested.
      await delay(OUTAGE_MS);
      const ended = await endedSession(stack, screen.sessionId);
      await network.restore();
      restoredAtMs = Date.now();
      expect(restoredAtMs - (ended.endedAtMs ?? Number.NaN)).toBeGreaterThan(OUTAGE_MS / 2);
      const healed = await until(
        'the session healed up to the end of the outage',
        async () => {
          const session = await endedSession(stack, screen.sessionId);
          const { frames } = await decodeAccounted(stack, screen.sessionId);
          const { toMs } = summariseCoverage(frames, MAX_PAUSE_MS);
          return toMs > restoredAtMs - 5_000 && session;
        },
        { timeoutMs: HEALED_MS, intervalMs: 10_000 },
      );
      reportFigures('healing, after 10 min', {
        healedAfterMs: Date.now() - restoredAtMs,
        endedAfterMs: (healed.endedAtMs ?? Number.NaN) - restoredAtMs,
      });
    },
    OUTAGE_MS + HEALED_MS + DECODED_MS,
  );

  it(
    'misses nothing, and its ledger says so',
    async () => {
      const { frames, accounted } = await decodeAccounted(stack, screen.sessionId);
      const { gaps } = summariseCoverage(frames, MAX_PAUSE_MS);
      reportFigures('healing, 10 min, ledger', { ...accounted, gaps });
      expect(gaps).toEqual([]);
      expect(problemsOf(accounted, ['starting', 'reconnecting'])).toEqual([]);
      const { endedAtMs } = await findSession(stack, screen.sessionId);
      expect(endedAtMs).toBeGreaterThan(restoredAtMs - 5_000);
    },
    DECODED_MS,
  );
});
