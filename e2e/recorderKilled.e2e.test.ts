import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCleanup } from './harness/cleanup.ts';
import { pauseAround, summariseCoverage } from './harness/coverage.ts';
import { startDisplay } from './harness/display.ts';
import { reportFigures } from './harness/figures.ts';
import { summariseOrder } from './harness/frameSummary.ts';
import { decodeAccounted, problemsOf } from './harness/ledger.ts';
import { isAlive } from './harness/proc.ts';
import { recordingFfmpegs } from './harness/processes.ts';
import type { ListedSegment } from './harness/playlist.ts';
import { recordedRun, shareScreen, type SharedScreen } from './harness/product.ts';
import { fetchPlaylist, runsOf, stopSharing } from './harness/recordings.ts';
import { startStack, type Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';
import { verifyRecordings } from './harness/verifier.ts';

const MAX_PAUSE_MS = 1_000;

const cleanup = createCleanup();
let stack: Stack;
let screen: SharedScreen;
let firstRun: string;
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

const endOf = (segment: ListedSegment | undefined): number =>
  segment === undefined ? Number.NaN : segment.startMs + segment.durationMs;

describe('a recorder that is killed', () => {
  it('leaves no orphan once the next one is there, which puts the tail into the playlist', async () => {
    firstRun = await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
    const closedUntilMs = endOf((await fetchPlaylist(stack, screen.sessionId)).segments.at(-1));
    await until(
      'three seconds on the screen that no closed segment holds',
      async () => (await screen.pattern.shown()).wallMs > closedUntilMs + 3_000,
      { timeoutMs: 20_000 },
    );
    const orphans = await recordingFfmpegs(stack.dataDir);
    expect(orphans).toHaveLength(1);
    killedAtMs = Date.now();
    await stack.endRecorder('SIGKILL');
    expect(await Promise.all(orphans.map(isAlive))).toEqual([true]);

    await stack.startRecorder();
    expect(await Promise.all(orphans.map(isAlive))).toEqual([false]);
    const playlist = await until(
      'the tail in the playlist',
      async () => {
        const found = await fetchPlaylist(stack, screen.sessionId);
        return found.segments.some((segment) => endOf(segment) > killedAtMs - 1_000) && found;
      },
      { timeoutMs: 10_000 },
    );
    expect(playlist.ended).toBe(false);
  });

  it('is followed by a new run of the same session', async () => {
    await recordedRun(stack, screen.sessionId, { recordedMs: 1, otherThan: [firstRun] });
    expect(await recordingFfmpegs(stack.dataDir)).toHaveLength(1);
    const session = await stopSharing(stack, screen, screen.sessionId);
    expect(runsOf(session).map(({ endReason }) => endReason)).toEqual(['recorder-lost', 'stopped']);
    expect(await recordingFfmpegs(stack.dataDir)).toEqual([]);
  });

  it('loses less than the last second of what it had been sent', async () => {
    const { playlist, frames, accounted } = await decodeAccounted(stack, screen.sessionId);
    const order = summariseOrder(frames);
    const coverage = summariseCoverage(frames, MAX_PAUSE_MS);
    const lost = pauseAround(frames, killedAtMs) ?? { fromMs: 0, toMs: Number.POSITIVE_INFINITY };
    reportFigures('recorderKilled', {
      ...order,
      coveredMs: coverage.coveredMs,
      recordedMs: playlist.totalMs,
      gapMs: coverage.gaps.map(({ fromMs, toMs }) => toMs - fromMs),
      lostBeforeKillMs: killedAtMs - lost.fromMs,
    });
    expect(order.outOfOrder).toBe(0);
    expect(order.decodedRatio).toBeGreaterThan(0.98);
    expect(killedAtMs - lost.fromMs).toBeLessThan(1_000);
    expect(coverage.gaps.length).toBeLessThanOrEqual(1);
    expect(coverage.toMs).toBeGreaterThan(killedAtMs);
    expect(playlist.ended).toBe(true);
    expect(playlist.segments.filter(({ discontinuous }) => discontinuous)).toHaveLength(1);
    expect(Math.abs(playlist.totalMs - coverage.coveredMs)).toBeLessThan(1_500);
    reportFigures('recorderKilled, ledger', accounted);
    expect(problemsOf(accounted, ['starting', 'recorder-restart', 'awaiting-upload'])).toEqual([]);
    expect(await verifyRecordings(stack)).toMatchObject({ exitCode: 0 });
  });
});
