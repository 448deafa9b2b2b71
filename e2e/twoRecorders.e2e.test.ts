import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCleanup } from './harness/cleanup.ts';
import { pauseAround, summariseCoverage } from './harness/coverage.ts';
import { startDisplay } from './harness/display.ts';
import { reportFigures } from './harness/figures.ts';
import { summariseOrder } from './harness/frameSummary.ts';
import { decodeAccounted, problemsOf } from './harness/ledger.ts';
import { recordingFfmpegs } from './harness/processes.ts';
import { playback, recordedRun, shareScreen, type SharedScreen } from './harness/product.ts';
import { runsOf, stopSharing } from './harness/recordings.ts';
import { startStack, type Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';
import { verifyRecordings } from './harness/verifier.ts';

const MAX_PAUSE_MS = 1_000;
/** From the death of a recorder to the first picture at the other. */
const TAKEN_OVER_MS = 3_000;

const cleanup = createCleanup();
let stack: Stack;
let screen: SharedScreen;
let killedAtMs: number;

beforeAll(async () => {
  stack = cleanup.use(await startStack());
  cleanup.use({
    // A test that fails halfway must not leave what the killed recorder started.
    close: async () => {
      for (const pid of await recordingFfmpegs(stack.dataDir)) process.kill(pid, 'SIGKILL');
    },
  });
  const display = cleanup.use(await startDisplay({ size: { width: 1280, height: 720 } }));
  screen = cleanup.use(await shareScreen({ display, stack, user: 'ann' }));
});

afterAll(() => cleanup.close());

describe('two recorders, one of which dies', () => {
  it('go on with its session at the other one at once', async () => {
    await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
    await stack.startSecondRecorder();
    killedAtMs = Date.now();
    await stack.endRecorder('SIGKILL');
    await until(
      'three seconds more on the screen',
      async () => (await screen.pattern.shown()).wallMs > killedAtMs + 3_000,
      { timeoutMs: 20_000 },
    );
  });

  it('have the whole session between them, as each of them says', async () => {
    await stack.startRecorder();
    const session = await stopSharing(stack, screen, screen.sessionId);
    expect(runsOf(session).map(({ endReason }) => endReason)).toEqual(['recorder-lost', 'stopped']);
    const { elsewhere } = await playback(stack, screen.sessionId);
    expect(elsewhere).toMatchObject([{ connected: true }]);

    const { frames, accounted } = await decodeAccounted(stack, screen.sessionId);
    const { gaps } = summariseCoverage(frames, MAX_PAUSE_MS);
    const lost = pauseAround(frames, killedAtMs) ?? { fromMs: 0, toMs: Number.POSITIVE_INFINITY };
    reportFigures('twoRecorders', {
      ...summariseOrder(frames),
      lostBeforeKillMs: killedAtMs - lost.fromMs,
      backAfterKillMs: lost.toMs - killedAtMs,
    });
    expect(killedAtMs - lost.fromMs).toBeLessThan(1_000);
    expect(lost.toMs - killedAtMs).toBeLessThan(TAKEN_OVER_MS);
    expect(gaps.filter(({ fromMs }) => fromMs !== lost.fromMs)).toEqual([]);
    expect(summariseOrder(frames).outOfOrder).toBe(0);
    reportFigures('twoRecorders, ledger', accounted);
    expect(problemsOf(accounted, ['starting', 'recorder-restart'])).toEqual([]);
  });

  it('leave what can be verified as a whole', async () => {
    expect(await verifyRecordings(stack)).toMatchObject({ exitCode: 0 });
  });
});
