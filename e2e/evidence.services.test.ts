import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  MANIFEST_FILE,
  buildLedger,
  canonicalJson,
  encodeRunFolder,
  encodeSegmentName,
  encodeSessionFolder,
  encodeTrackFolder,
  manifestEntry,
  type CompanyLogEntry,
  type LedgerSegment,
  type ManifestEntry,
  type SessionLedger,
} from '@sightline/shared';
import { chainEntry, signMediaToken } from '@sightline/shared/node';
import { createCleanup, type Cleanup } from './harness/cleanup.ts';
import { createTempDir, type TempDir } from './harness/tempDir.ts';
import { until } from './harness/until.ts';
import { runVerifier, type Verified } from './harness/verifier.ts';
import { startFakeSfu, type FakeSfu, type RecordedRun } from './recorder/fakeSfu.ts';
import { RECORDER_SECRET, startRecorder } from './recorder/startRecorder.ts';

let cleanup: Cleanup;
let data: TempDir;
let sfu: FakeSfu;

beforeEach(async () => {
  cleanup = createCleanup();
  data = cleanup.use(await createTempDir('evidence'));
  sfu = cleanup.use(await startFakeSfu());
});
afterEach(() => cleanup.close());

const verify = (...args: string[]): Promise<Verified> => runVerifier(data.path, ...args);

/** Records until there are so many segments. */
async function record(segments: number): Promise<RecordedRun> {
  const run = await sfu.startRun('H264');
  await until('segments', () => run.segments.length >= segments, { timeoutMs: 15_000 });
  return run;
}

/** Ends the session as the sfu does, with a ledger made of what was announced; what a package says of it. */
async function closeSession(runs: readonly RecordedRun[]): Promise<SessionLedger> {
  const segments = runs.flatMap(({ runId }) =>
    sfu
      .segmentsOf(runId)
      .map((segment): LedgerSegment => ({ ...segment, runId, source: 'live', deleted: false })),
  );
  const session = { fromMs: sfu.track.sessionStartedAtMs, toMs: Date.now() };
  const spans = buildLedger(session, { segments, runs: [], interruptions: [], awaited: [] });
  const { sessionId, trackId, label } = sfu.track;
  const endedAtMs = session.toMs;
  await sfu.command('close-session', { ...sfu.track, endedAtMs, tracks: [{ trackId, spans }] });
  return {
    sessionId,
    startedAtMs: session.fromMs,
    endedAtMs,
    asOfMs: endedAtMs,
    tracks: [{ trackId, label, recordedMs: 0, missingMs: 0, spans }],
  };
}

/** The company's log, as the sfu would export it. */
function sealLog(): string {
  const entries: CompanyLogEntry[] = [];
  const recorderId = sfu.introduction().recorderId;
  for (const seal of sfu.seals())
    entries.push(chainEntry(entries.at(-1), { ...seal, recorderId, atMs: Date.now() }));
  return entries.map((entry) => `${canonicalJson(entry)}\n`).join('');
}

async function writeSealLog(): Promise<string> {
  const path = join(data.path, 'seals.ndjson');
  await writeFile(path, sealLog());
  return path;
}

const manifestPath = (): string =>
  join(data.path, 'recordings', encodeSessionFolder(sfu.track), MANIFEST_FILE);

async function readManifest(): Promise<ManifestEntry[]> {
  const lines = (await readFile(manifestPath(), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => manifestEntry.parse(JSON.parse(line)));
}

/** Has the recorder make an evidence package of everything, and fetches it. */
async function orderPackage(ledger: SessionLedger): Promise<string> {
  const exportId = randomUUID();
  const { companyId, sessionId, sessionStartedAtMs, userName } = sfu.track;
  await sfu.command('start-export', {
    exportId,
    order: {
      companyId,
      from: { kind: 'session', sessionId },
      fromMs: sessionStartedAtMs,
      toMs: Date.now(),
      output: { kind: 'evidence' },
    },
    userName,
    sources: [sfu.track],
    evidence: { ledgers: JSON.stringify([ledger]), accessHistory: '', companyLog: sealLog() },
  });
  await until('the package', () => sfu.exportOf(exportId)?.state === 'done', { timeoutMs: 10_000 });
  const grant = { kind: 'export', exportId } as const;
  const token = await signMediaToken(RECORDER_SECRET, grant, Date.now() + 60_000);
  const answer = await fetch(`${sfu.mediaBaseUrl}/exports/${exportId}?token=${token}`);
  const path = join(data.path, 'package.zip');
  await writeFile(path, Buffer.from(await answer.arrayBuffer()));
  return path;
}

describe('what a recorder leaves on disk', () => {
  it('verifies offline after a kill, and gives away a changed picture and a lost end', async () => {
    const first = await startRecorder({ cleanup, sfu, dataDir: data.path });
    const cut = await record(2);
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    await cut.relay.close();
    await startRecorder({ cleanup, sfu, dataDir: data.path });
    const whole = await record(2);
    await whole.relay.close();
    await sfu.command('stop-run', { runId: whole.runId });
    const ledger = await closeSession([cut, whole]);
    await until(
      'the seal of the ledger',
      async () => {
        const last = (await readManifest()).at(-1);
        return sfu.seals().at(-1)?.sealNumber === last?.number;
      },
      { timeoutMs: 5_000 },
    );

    const key = join(data.path, 'recorder.pem');
    await writeFile(key, sfu.introduction().publicKey);
    const named = ['--key', `${sfu.introduction().recorderId}=${key}`];
    const against = [...named, '--seals', await writeSealLog()];
    const recordings = join(data.path, 'recordings');
    expect(await verify(recordings, ...against)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Everything is whole: 1 session'),
    });
    expect(await verify(recordings)).toMatchObject({ exitCode: 2 });
    expect(await verify(recordings, '--key', `another=${key}`)).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('(other-key)'),
    });

    const zip = await orderPackage(ledger);
    expect(await verify(zip, '--key', key)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Everything is whole: 1 session'),
    });
    const packed = await readFile(zip);
    packed.writeUInt8(packed.readUInt8(packed.length >> 1) ^ 1, packed.length >> 1);
    await writeFile(zip, packed);
    expect(await verify(zip, '--key', key)).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('recordings/acme/'),
    });

    const [segment] = cut.segments;
    if (segment === undefined) throw new Error('nothing was recorded');
    const name = `${encodeTrackFolder(sfu.track)}/${encodeRunFolder(cut.runId)}/${encodeSegmentName(segment)}`;
    const path = join(recordings, name);
    const content = await readFile(path);
    const changed = Buffer.from(content);
    changed.writeUInt8(content.readUInt8(1_000) ^ 1, 1_000);
    await writeFile(path, changed);
    expect(await verify(recordings, ...against)).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining(name),
    });
    await writeFile(path, content);

    const manifest = manifestPath();
    const lines = (await readFile(manifest, 'utf8')).split('\n');
    const firstSeal = lines.findIndex((line) => line.includes('"type":"seal"'));
    await writeFile(manifest, `${lines.slice(0, firstSeal + 1).join('\n')}\n`);
    expect(await verify(recordings, ...against)).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('its end was cut off'),
    });
  });
});
