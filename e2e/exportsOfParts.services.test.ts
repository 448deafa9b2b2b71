import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  DEFAULT_RETENTION,
  exportView,
  recorderList,
  type ExportOrder,
  type ExportView,
} from '@sightline/shared';
import { createOrganisationRepository, createRecordingsRepository, openDatabase } from '@sightline/sfu/db';
import { readVideoFile } from './exports/videoFile.ts';
import { createCleanup } from './harness/cleanup.ts';
import { downloadExport, orderExports } from './harness/exports.ts';
import type { Proc } from './harness/proc.ts';
import { findSession, playback } from './harness/product.ts';
import { runsOf } from './harness/recordings.ts';
import { startStack, type Stack } from './harness/stack.ts';
import { createTempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { runVerifier, type Verified } from './harness/verifier.ts';
import { startFakeSfu, type FakeSfu } from './recorder/fakeSfu.ts';
import { startRecorder } from './recorder/startRecorder.ts';

const SEGMENTS = 2;

/** What one of the two has of the session. */
interface Part {
  dataDir: string;
  recorderId: string;
  runId: string;
  startedAtMs: number;
  fromMs: number;
  toMs: number;
  recordedMs: number;
  recorder: Proc | undefined;
}

const cleanup = createCleanup();
let sfu: FakeSfu;
let stack: Stack;
let parts: [Part, Part];
let order: ExportOrder;

/** Records a part of the session by a recorder of its own, which is ended then. */
async function record(name: string): Promise<Part> {
  const dataDir = cleanup.use(await createTempDir(name)).path;
  const recorder = await startRecorder({ cleanup, sfu, dataDir });
  const startedAtMs = Date.now();
  const { runId, relay, segments } = await sfu.startRun('H264');
  await until('segments', () => segments.length >= SEGMENTS, { timeoutMs: 15_000 });
  await relay.close();
  await sfu.command('stop-run', { runId });
  const { recorderId } = sfu.introduction();
  process.kill(recorder.pid, 'SIGTERM');
  await recorder.exited;
  const all = sfu.segmentsOf(runId);
  return {
    dataDir,
    recorderId,
    runId,
    startedAtMs,
    fromMs: Math.min(...all.map(({ startMs }) => startMs)),
    toMs: Math.max(...all.map(({ startMs, durationMs }) => startMs + durationMs)),
    recordedMs: all.reduce((sum, { durationMs }) => sum + durationMs, 0),
    recorder: undefined,
  };
}

/** Puts the session on record as it was before its segments were announced. */
async function enter(runs: readonly Part[]): Promise<void> {
  const { companyId, userId, userName, hostName, sessionId, sessionStartedAtMs, trackId, label } = sfu.track;
  const logger = { warn: () => undefined };
  const database = await openDatabase({ dataDir: stack.dataDir, url: undefined, logger });
  const recordings = createRecordingsRepository(database);
  await createOrganisationRepository(database).addCompany({
    companyId,
    name: companyId,
    idleThresholdMs: 600_000,
    retention: DEFAULT_RETENTION,
    createdAtMs: sessionStartedAtMs,
  });
  const names = { userId, userName, hostName, deviceId: 'desk' };
  await recordings.addSession({ sessionId, companyId, startedAtMs: sessionStartedAtMs, ...names });
  for (const { runId, recorderId, startedAtMs } of runs) {
    await recordings.addRun({ runId, sessionId, trackId, label, startedAtMs, source: 'live' });
    await database
      .updateTable('runs')
      .set({ recorder_id: recorderId, ended_at_ms: Date.now() })
      .where('run_id', '=', runId)
      .execute();
  }
  await recordings.endSession(sessionId, Date.now(), 'stopped');
  await database.destroy();
}

beforeAll(async () => {
  sfu = cleanup.use(await startFakeSfu());
  parts = [await record('first'), await record('second')];
  stack = cleanup.use(await startStack({ recorder: false }));
  await enter(parts);
  for (const part of parts) part.recorder = await stack.startSecondRecorder(part.dataDir);
  const { companyId, sessionId, sessionStartedAtMs, trackId } = sfu.track;
  // What the record lacks, recorders announce when they connect.
  await until(
    'the media of both on record',
    async () => {
      const runs = runsOf(await findSession(stack, sessionId), trackId);
      return parts.every(
        (part) => runs.find(({ runId }) => runId === part.runId)?.recordedMs === part.recordedMs,
      );
    },
    { timeoutMs: 20_000 },
  );
  order = {
    companyId,
    from: { kind: 'session', sessionId },
    fromMs: sessionStartedAtMs,
    toMs: Math.max(...parts.map(({ toMs }) => toMs)) + 1,
    output: { kind: 'evidence' },
  };
});
afterAll(() => cleanup.close());

/** The export of a recorder, and what it has to say of the other one. */
function partOf(exports: readonly ExportView[], own: Part, other: Part): ExportView {
  const { sessionId, trackId } = sfu.track;
  const { recorderId, fromMs, toMs } = other;
  const found = exports.find((one) => one.recorderId === own.recorderId);
  expect(found?.elsewhere).toEqual([{ recorderId, sessionId, trackId, fromMs, toMs }]);
  if (found === undefined) throw new Error(`${own.recorderId} exports nothing`);
  return found;
}

async function keyOf({ recorderId }: Part): Promise<string> {
  const { recorders } = recorderList.parse(await stack.api('GET', '/api/v1/recorders'));
  const path = join(stack.dataDir, `${recorderId}.pem`);
  await writeFile(path, recorders.find((one) => one.recorderId === recorderId)?.publicKey ?? '');
  return path;
}

describe('a session of which two recorders have parts', () => {
  it('is an evidence package of each, incomplete alone, and whole together', async () => {
    const [first, second] = parts;
    const exports = await orderExports(stack, order);
    expect(exports).toHaveLength(2);
    const paths: string[] = [];
    for (const [own, other] of [parts, parts.toReversed()]) {
      if (own === undefined || other === undefined) throw new Error('two parts');
      const { fileName, disposition, body } = await downloadExport(stack, partOf(exports, own, other));
      expect(fileName).toContain(`-part-of-${own.recorderId}.zip`);
      expect(disposition).toContain(fileName);
      const path = join(stack.dataDir, fileName);
      await writeFile(path, body);
      paths.push(path);
    }
    const keys = ['--key', await keyOf(first), '--key', await keyOf(second)];
    const verify = (...args: string[]): Promise<Verified> => runVerifier(stack.dataDir, ...args, ...keys);
    for (const [at, path] of paths.entries()) {
      const { exitCode, output } = await verify(path);
      expect([exitCode, output]).toEqual([2, expect.stringContaining('It is incomplete')]);
      expect(output).toContain(`Recorder ${parts.toReversed()[at]?.recorderId ?? ''} has it`);
    }
    expect(await verify(...paths)).toMatchObject({
      exitCode: 0,
      output: expect.not.stringContaining('incomplete'),
    });
    const [path = ''] = paths;
    const changed = await readFile(path);
    changed.writeUInt8(changed.readUInt8(changed.length >> 1) ^ 1, changed.length >> 1);
    await writeFile(path, changed);
    expect(await verify(...paths)).toMatchObject({ exitCode: 1 });
  });

  it('is a video of each, in which nothing that the other has is called unrecorded', async () => {
    const output = { kind: 'video', trackId: sfu.track.trackId } as const;
    const [first, second] = parts;
    const exports = await orderExports(stack, { ...order, fromMs: first.fromMs, toMs: first.toMs, output });
    // Within these times the second one has nothing.
    expect(exports).toMatchObject([{ recorderId: first.recorderId, elsewhere: [] }]);
    const [early, late] = [first, second].map(({ fromMs, toMs }) => toMs - fromMs);
    const both = await orderExports(stack, { ...order, fromMs: first.fromMs, toMs: second.toMs, output });
    for (const [own, other, lengthMs] of [
      [first, second, early],
      [second, first, late],
    ] as const) {
      const part = partOf(both, own, other);
      const { body, fileName } = await downloadExport(stack, part);
      const path = join(stack.dataDir, fileName);
      await writeFile(path, body);
      const { durationS, complaints } = await readVideoFile(path);
      expect(complaints).toBe('');
      expect(durationS).toBeCloseTo((lengthMs ?? 0) / 1_000, 0);
      const { message } = exportView.parse(await stack.api('GET', `/api/v1/exports/${part.exportId}`));
      const betweenS = ((second.fromMs - first.toMs) / 1_000).toFixed(1);
      expect(message).toBe(
        `${betweenS} s of the range are not recorded and were cut out; the ledger says why.`,
      );
    }
  });

  it('says at playback when the other one has more, and is exported by one that is away when it comes', async () => {
    const [first, second] = parts;
    const { sessionId, trackId } = sfu.track;
    const { elsewhere } = await playback(stack, sessionId, trackId, first.recorderId);
    const { recorderId, fromMs, toMs } = second;
    expect(elsewhere).toMatchObject([{ recorderId, stretches: [{ fromMs, toMs }], connected: true }]);
    if (second.recorder !== undefined) process.kill(second.recorder.pid, 'SIGTERM');
    await second.recorder?.exited;
    await until(
      'the sfu to know that it is gone',
      async () =>
        (await playback(stack, sessionId, trackId, first.recorderId)).elsewhere[0]?.connected === false,
      { timeoutMs: 10_000 },
    );
    const waiting = partOf(await orderExports(stack, order), second, first);
    expect(waiting).toMatchObject({ state: 'queued', message: expect.stringContaining('not connected') });
    second.recorder = await stack.startSecondRecorder(second.dataDir);
    expect((await downloadExport(stack, waiting)).body.length).toBeGreaterThan(10_000);
  });
});
