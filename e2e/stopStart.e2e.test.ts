import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MANIFEST_FILE, encodeSessionFolder } from '@sightline/shared';
import { summariseCoverage } from './harness/coverage.ts';
import { reportFigures } from './harness/figures.ts';
import { summariseOrder } from './harness/frameSummary.ts';
import { firstCompany } from './harness/enrolment.ts';
import { decodeAccounted, ledgerOf, problemsOf } from './harness/ledger.ts';
import {
  findSession,
  listSessions,
  press,
  recordedRun,
  share,
  type Dashboard,
  type SharedScreen,
} from './harness/product.ts';
import { decodeTrack, endedSession, stopSharing } from './harness/recordings.ts';
import { openScene, type Scene } from './harness/scene.ts';
import type { Stack } from './harness/stack.ts';
import { until } from './harness/until.ts';
import { verifyRecordings } from './harness/verifier.ts';
import { readManifest } from './recorder/manifest.ts';

const MAX_PAUSE_MS = 1_000;
const NOTICED_MS = 30_000;

let scene: Scene;
let stack: Stack;
let screen: SharedScreen;
let dashboard: Dashboard;
let secondSessionId: string;
let sharedAgainAtMs: number;

beforeAll(async () => {
  scene = await openScene();
  ({ stack, screen, dashboard } = scene);
});

afterAll(() => scene.close());

/** Every segment has its tombstone, and no media is left. */
async function expectDeletedInManifest(sessionId: string): Promise<void> {
  const session = await findSession(stack, sessionId);
  const location = { ...session, sessionStartedAtMs: session.startedAtMs };
  const entries = await readManifest(stack.dataDir, location);
  const buried = entries.flatMap((entry) => (entry.type === 'delete' ? entry.segments : []));
  expect(buried).toHaveLength(entries.filter(({ type }) => type === 'segment').length);
  expect(await readdir(join(stack.dataDir, 'recordings', encodeSessionFolder(location)))).toEqual([
    MANIFEST_FILE,
  ]);
}

describe('an agent that stops sharing and starts again', () => {
  it('goes from the wall, and its session ends with what was recorded', async () => {
    await dashboard.tile('ann');
    await recordedRun(stack, screen.sessionId, { recordedMs: 1 });
    await press(screen.agentPage, 'stop');
    await dashboard.page.getByTestId('tile').waitFor({ state: 'detached', timeout: NOTICED_MS });
    const session = await endedSession(stack, screen.sessionId);
    expect(session.tracks).toHaveLength(1);
  });

  it('comes back on the wall by itself, live', async () => {
    sharedAgainAtMs = Date.now();
    secondSessionId = await share(screen.agentPage);
    expect(secondSessionId).not.toBe(screen.sessionId);
    await dashboard.tile('ann');
    const probe = await dashboard.watchTile('ann');
    const samples = await probe.takeUntil(
      'a picture that was painted after the second start',
      ({ pattern }) => (pattern?.wallMs ?? 0) > sharedAgainAtMs,
      NOTICED_MS,
    );
    reportFigures('stopStart, live', { backAfterMs: (samples.at(-1)?.seenAtMs ?? 0) - sharedAgainAtMs });
    await probe.close();
  });

  it('has two recordings, each complete', async () => {
    await recordedRun(stack, secondSessionId, { recordedMs: 1 });
    await stopSharing(stack, screen, secondSessionId);
    expect((await listSessions(stack)).map(({ sessionId }) => sessionId)).toEqual([
      secondSessionId,
      screen.sessionId,
    ]);
    const recordings = [
      await decodeAccounted(stack, screen.sessionId),
      await decodeAccounted(stack, secondSessionId),
    ];
    for (const { accounted } of recordings) {
      reportFigures('stopStart, ledger', accounted);
      expect(problemsOf(accounted, ['starting', 'not-shared'])).toEqual([]);
    }
    const summaries = recordings.map(({ frames, playlist }) => ({
      ...summariseOrder(frames),
      ...summariseCoverage(frames, MAX_PAUSE_MS),
      recordedMs: playlist.totalMs,
      ended: playlist.ended,
    }));
    reportFigures('stopStart, recorded', summaries);
    for (const { ended, outOfOrder, decodedRatio, gaps, coveredMs, recordedMs } of summaries) {
      expect({ ended, outOfOrder, gaps }).toEqual({ ended: true, outOfOrder: 0, gaps: [] });
      expect(decodedRatio).toBeGreaterThan(0.98);
      expect(Math.abs(recordedMs - coveredMs)).toBeLessThan(1_000);
    }
    expect(summaries[0]?.toMs).toBeLessThan(sharedAgainAtMs);
    expect(summaries[1]?.fromMs).toBeGreaterThan(sharedAgainAtMs);
  });

  it('has its ledger in the manifest of its recorder, sealed', async () => {
    const session = await findSession(stack, screen.sessionId);
    const location = { ...session, sessionStartedAtMs: session.startedAtMs };
    const { tracks } = await ledgerOf(stack, screen.sessionId);
    const entries = await readManifest(stack.dataDir, location);
    expect(entries.at(-1)?.type).toBe('seal');
    expect(entries.findLast(({ type }) => type === 'ledger')).toMatchObject({
      endedAtMs: session.endedAtMs,
      tracks: tracks.map(({ trackId, spans }) => ({ trackId, spans })),
    });
  });

  it('loses to retention what is not held, lawfully: the ledger says so, and all of it can be verified', async () => {
    const company = `/api/v1/companies/${await firstCompany(stack.api)}`;
    const target = { kind: 'session', sessionId: screen.sessionId };
    await stack.api('POST', `${company}/holds`, { target, reason: 'A case is open.' });
    const heldBefore = await ledgerOf(stack, screen.sessionId);
    const recordedBefore = (await ledgerOf(stack, secondSessionId)).tracks[0]?.recordedMs;
    await stack.api('PATCH', company, { retention: { maxAgeMs: null, maxBytes: 1, minAgeMs: 0 } });
    // It asks what may go when it has started, and then every hour.
    await stack.endRecorder('SIGTERM');
    await stack.startRecorder();

    const { spans } = await until(
      'the ledger of what is deleted',
      async () => (await ledgerOf(stack, secondSessionId)).tracks.find(({ recordedMs }) => recordedMs === 0),
      { timeoutMs: 20_000 },
    );
    const deleted = spans.filter((span) => span.state === 'missing' && span.reason === 'deleted');
    expect(deleted.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)).toBe(recordedBefore);
    expect((await ledgerOf(stack, screen.sessionId)).tracks).toEqual(heldBefore.tracks);
    expect((await decodeTrack(stack, screen.sessionId)).frames.length).toBeGreaterThan(0);
    await expect(decodeTrack(stack, secondSessionId)).rejects.toThrow();
    await expectDeletedInManifest(secondSessionId);
    expect(await verifyRecordings(stack)).toMatchObject({ exitCode: 0 });
  });
});
