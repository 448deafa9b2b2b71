import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditPage, type AuditEntry } from '@sightline/shared';
import { openAgentScreen } from './harness/agentScreen.ts';
import { createCleanup } from './harness/cleanup.ts';
import { longestStepBackMs, summariseCoverage } from './harness/coverage.ts';
import { startDisplay, type Display } from './harness/display.ts';
import { firstCompany } from './harness/enrolment.ts';
import { reportFigures } from './harness/figures.ts';
import { decodeAccounted, problemsOf } from './harness/ledger.ts';
import { createNetworkNamespace, type NetworkNamespace } from './harness/netns.ts';
import { browserOf } from './harness/processes.ts';
import { recordedRun, share, shareScreen, type SharedScreen } from './harness/product.ts';
import { stopSharing } from './harness/recordings.ts';
import { startRemoteStack } from './harness/remoteStack.ts';
import type { Stack } from './harness/stack.ts';
import { createTempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { verifyRecordings } from './harness/verifier.ts';

const HOUR_MS = 3_600_000;
const OUTAGE_MS = 30_000;
/** Of the agent, until it is killed. */
const SHORT_OUTAGE_MS = 15_000;
const HEALED_MS = 60_000;
/** A browser that is killed may take with it what it has not written yet. */
const MAX_LOST_MS = 1_000;
/** Where what was recorded here and what was recorded there meet. */
const MAX_SEAM_MS = 100;
/** Pictures of what an agent records itself come every 67 ms; a busy machine may lose some in a row. */
const MAX_PAUSE_MS = 1_000;

const cleanup = createCleanup();
let stack: Stack;
let network: NetworkNamespace;
let display: Display;
let profile: string;
let screen: SharedScreen;
let killedAtMs: number;
let sharedAgainAtMs: number;

beforeAll(async () => {
  network = cleanup.use(await createNetworkNamespace());
  stack = cleanup.use(await startRemoteStack(network));
  display = cleanup.use(await startDisplay({ size: { width: 1280, height: 720 } }));
  profile = join(cleanup.use(await createTempDir('profile')).path, 'profile');
  const clockAheadMs = HOUR_MS;
  screen = cleanup.use(await shareScreen({ display, stack, user: 'ann', network, profile, clockAheadMs }));
  await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
});

afterAll(() => cleanup.close());

/** What was put on record of pieces that are in the recording. */
async function healedPieces(): Promise<AuditEntry['details'][]> {
  const query = `companyId=${await firstCompany(stack.api)}&action=recording-healed`;
  const { entries } = auditPage.parse(await stack.api('GET', `/api/v1/audit?${query}`));
  return entries.map(({ details }) => details);
}

/** Waits until so many pieces are in the recording as a whole. */
const healed = (count: number): Promise<unknown> =>
  until(`${count} healed pieces`, async () => (await healedPieces()).length >= count, {
    timeoutMs: HEALED_MS,
  });

/** How much of any piece has arrived at the recorder. */
async function uploadedBytes(): Promise<number> {
  const uploads = join(stack.dataDir, 'recorder/uploads');
  const sizes = (await readdir(uploads)).map((piece) =>
    stat(join(uploads, piece, 'media')).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Returns how much had been uploaded by then. */
async function killRecorder(): Promise<number> {
  await stack.endRecorder('SIGKILL');
  return uploadedBytes();
}

describe('an agent whose network is cut, and whose clock is wrong by an hour', () => {
  it('uploads afterwards what it recorded meanwhile, which is put where it belongs', async () => {
    const cutAtMs = Date.now();
    await network.cut();
    // How long it lasts is what is tested.
    await delay(OUTAGE_MS);
    await network.restore();
    await healed(1);
    reportFigures('healing, after 30 s', {
      healedAfterMs: Date.now() - cutAtMs - OUTAGE_MS,
      healedMs: (await healedPieces()).map(({ healedMs }) => healedMs),
    });
  });

  it('may be killed meanwhile, and the recorder during the upload', async () => {
    const before = (await healedPieces()).length;
    await network.cut();
    await delay(SHORT_OUTAGE_MS);
    const browser = await browserOf(profile);
    if (browser === undefined) throw new Error('the agent has no browser');
    killedAtMs = Date.now();
    process.kill(browser, 'SIGKILL');
    await network.restore();
    const uploading = until('a part of the upload', async () => (await uploadedBytes()) > 0, {
      timeoutMs: HEALED_MS,
      intervalMs: 10,
    }).then(killRecorder);
    const again = cleanup.use(
      await openAgentScreen({
        display,
        agentUrl: `${stack.url}/agent/?user=ann&host=e2e`,
        framesPerSecond: 30,
        network,
        profile,
        clockAheadMs: HOUR_MS,
      }),
    );
    const uploadedAtKill = await uploading;
    await stack.startRecorder();
    expect(await share(again.agentPage)).toBe(screen.sessionId);
    sharedAgainAtMs = Date.now();
    screen = { ...again, sessionId: screen.sessionId };
    await healed(before + 1);
    reportFigures('healing, recorder killed', { uploadedAtKill });
  });

  it('misses nothing but the time in which there was no agent', async () => {
    await stopSharing(stack, screen, screen.sessionId);
    const { frames, accounted } = await decodeAccounted(stack, screen.sessionId);
    const { gaps } = summariseCoverage(frames, MAX_PAUSE_MS);
    reportFigures('healing', {
      frames: frames.length,
      longestStepBackMs: longestStepBackMs(frames),
      gaps: gaps.map(({ fromMs, toMs }) => ({ sinceKillMs: fromMs - killedAtMs, lengthMs: toMs - fromMs })),
      sharedAgainAfterMs: sharedAgainAtMs - killedAtMs,
    });
    reportFigures('healing, ledger', accounted);
    expect(gaps).toHaveLength(1);
    const [gap] = gaps;
    expect(killedAtMs - (gap?.fromMs ?? Number.NaN)).toBeLessThan(MAX_LOST_MS);
    expect((gap?.toMs ?? 0) - sharedAgainAtMs).toBeLessThan(5_000);
    expect(longestStepBackMs(frames)).toBeLessThanOrEqual(MAX_SEAM_MS);
    expect(problemsOf(accounted, ['starting', 'reconnecting', 'not-shared', 'recorder-restart'])).toEqual([]);
    expect(await uploadedBytes()).toBe(0);
    expect(await verifyRecordings(stack)).toMatchObject({ exitCode: 0 });
  });
});
