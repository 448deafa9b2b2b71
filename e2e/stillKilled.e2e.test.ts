import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCleanup } from './harness/cleanup.ts';
import { startDisplay } from './harness/display.ts';
import { reportFigures } from './harness/figures.ts';
import { ledgerOf } from './harness/ledger.ts';
import { recordingFfmpegs } from './harness/processes.ts';
import { findSession, shareScreen, type SharedScreen } from './harness/product.ts';
import { decodeTrack, runsOf, stopSharing } from './harness/recordings.ts';
import { startStack, type Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';
import { verifyRecordings } from './harness/verifier.ts';

/** Between the last change and the kill. */
const STILL_MS = 3_000;
const MAX_LOSS_MS = 1_000;

const cleanup = createCleanup();
let stack: Stack;
let screen: SharedScreen;
const kills: { atMs: number; frozen: { frame: number } }[] = [];

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

const shownUntil = (atMs: number): Promise<unknown> =>
  until('time to pass on the screen', async () => (await screen.pattern.shown()).wallMs > atMs, {
    timeoutMs: 30_000,
  });

/** Waits for so many runs, moves for two seconds, lets the screen stand still, and then kills. */
async function killOnStill(runs: number, kill: () => Promise<void>): Promise<void> {
  await until(
    `run ${runs}`,
    async () => {
      const writing = await recordingFfmpegs(stack.dataDir);
      return runsOf(await findSession(stack, screen.sessionId)).length >= runs && writing.length === 1;
    },
    { timeoutMs: 30_000 },
  );
  await shownUntil(Date.now() + 2_000);
  await screen.pattern.freeze();
  const frozen = await screen.pattern.shown();
  await until('a still screen', () => Date.now() - frozen.wallMs >= STILL_MS, { timeoutMs: 2 * STILL_MS });
  kills.push({ atMs: Date.now(), frozen });
  await kill();
}

describe('a screen on which nothing moves, when what records it is killed', () => {
  it('goes on being recorded', async () => {
    await killOnStill(1, async () => {
      for (const pid of await recordingFfmpegs(stack.dataDir)) process.kill(pid, 'SIGKILL');
    });
    await screen.pattern.resume();
    await killOnStill(2, async () => {
      await stack.endRecorder('SIGKILL');
      await stack.startRecorder();
    });
    await screen.pattern.resume();
    await until('the last run', async () => runsOf(await findSession(stack, screen.sessionId)).length >= 3, {
      timeoutMs: 30_000,
    });
    await shownUntil(Date.now() + 3_000);
    const session = await stopSharing(stack, screen, screen.sessionId);
    expect(runsOf(session).map(({ endReason }) => endReason)).toEqual([
      'ffmpeg-exited',
      'recorder-lost',
      'stopped',
    ]);
  });

  it('loses neither its last change nor more than a second of standing still', async () => {
    const { tracks } = await ledgerOf(stack, screen.sessionId);
    const holes = (tracks[0]?.spans ?? []).filter(
      (span) => span.state === 'missing' && span.reason === 'recorder-restart',
    );
    reportFigures('stillKilled', {
      holes: holes.map(({ fromMs, toMs }, at) => ({
        lostBeforeKillMs: (kills[at]?.atMs ?? Number.NaN) - fromMs,
        lengthMs: toMs - fromMs,
      })),
    });
    expect(holes).toHaveLength(kills.length);
    for (const [at, { fromMs }] of holes.entries())
      expect((kills[at]?.atMs ?? Number.NaN) - fromMs).toBeLessThan(MAX_LOSS_MS);
    const { frames } = await decodeTrack(stack, screen.sessionId);
    for (const { frozen } of kills) {
      const shown = frames.filter(({ pattern }) => pattern?.frame === frozen.frame);
      expect(shown.length).toBeGreaterThan(1);
    }
    expect(await verifyRecordings(stack)).toMatchObject({ exitCode: 0 });
  });
});
