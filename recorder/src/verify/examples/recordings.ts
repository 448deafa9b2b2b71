import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  canonicalJson,
  encodeSegmentName,
  encodeSessionFolder,
  type CompanyLogEntry,
  type LedgerSpan,
  type MissingReason,
} from '@sightline/shared';
import { chainEntry, createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createManifests, type SessionManifest } from '../../evidence/manifests.ts';
import type { SealKey } from '../../evidence/sealKey.ts';
import { digestOf } from '../evidenceTree.ts';
import type { EntryOf } from '../manifestCheck.ts';
import { runFolderOf } from '../../store/runFolder.ts';

/** A company whose three sessions the tests verify. */
export const COMPANY = 'acme';
export const RECORDER = 'recorder-1';
/** When its first session began. */
export const START_MS = Date.UTC(2026, 4, 4, 8);
const SEGMENT_MS = 6_000;
const DAY_MS = 86_400_000;

/** One segment of an example. */
interface Piece {
  runId: string;
  trackId: string;
  index: number;
  startMs: number;
}

/** What was recorded, as other parts of a test need it. */
export interface ExampleRecordings {
  manifests: ReturnType<typeof createManifests>;
  /** Where each session belongs. */
  sessions: ReturnType<typeof sessionOf>[];
  /** The company's log of seals, as the sfu exports it. */
  sealLog: CompanyLogEntry[];
  /** What the sfu says of each session in the end, by their ids. */
  ledgers: ReadonlyMap<string, ExampleLedger>;
}

/** What was recorded of a session, and what not. */
type ExampleLedger = Pick<EntryOf<'ledger'>, 'endedAtMs' | 'tracks'>;

const sessionOf = (sessionId: string, userId: string, dayNumber: number) => ({
  companyId: COMPANY,
  userId,
  sessionId,
  sessionStartedAtMs: START_MS + dayNumber * DAY_MS,
  userName: userId,
  hostName: 'desk',
});

/**
 * Records three sessions below a folder, with the writer of manifests that recorders use: a plain one of two displays,
 * one that was healed, and one of which the beginning was deleted lawfully.
 */
export async function recordExample(recordingsDir: string, sealKey: SealKey): Promise<ExampleRecordings> {
  await mkdir(recordingsDir, { recursive: true });
  const clock = createManualClock(START_MS);
  const sealLog: CompanyLogEntry[] = [];
  const ledgers = new Map<string, ExampleLedger>();
  const manifests = createManifests({
    recordingsDir,
    recorderId: RECORDER,
    sealKey,
    clock,
    logger: createLogger('example', 'silent'),
    onSeal: ({ session: { sessionId, companyId }, seal }) => {
      const { number: sealNumber, previousHash: sealedHash, keyId, signature, atMs } = seal;
      const reported = {
        companyId,
        atMs,
        recorderId: RECORDER,
        sessionId,
        sealNumber,
        sealedHash,
        keyId,
        signature,
      };
      sealLog.push(chainEntry(sealLog.at(-1), reported));
    },
  });
  const sessions = [
    sessionOf('plain', 'ann', 0),
    sessionOf('healed', 'zoë', 1),
    sessionOf('pruned', 'ann', 2),
  ];

  const record = async (
    session: (typeof sessions)[number],
    tell: (
      manifest: SessionManifest,
      startMs: number,
      add: (pieces: Piece[]) => Promise<void>,
    ) => Promise<ExampleLedger>,
  ): Promise<void> => {
    clock.advance(session.sessionStartedAtMs - clock.nowMs());
    const manifest = await manifests.open(session);
    const add = async (pieces: Piece[]): Promise<void> => {
      for (const piece of pieces) {
        const content = randomBytes(64);
        const run = join(recordingsDir, runFolderOf({ ...session, ...piece }));
        const { index, startMs } = piece;
        await mkdir(run, { recursive: true });
        await writeFile(join(run, encodeSegmentName({ index, startMs, durationMs: SEGMENT_MS })), content);
        const entry = { ...piece, durationMs: SEGMENT_MS, ...(await digestOf(asChunks(content))) };
        if (piece.runId.startsWith('heal'))
          await manifest.append({ type: 'heal', ...entry, pieceSha256: entry.sha256 });
        else await manifest.append({ type: 'segment', ...entry, holes: [] });
        clock.advance(SEGMENT_MS);
      }
    };
    ledgers.set(session.sessionId, await tell(manifest, session.sessionStartedAtMs, add));
    await manifest.close();
  };
  const [plain, healed, pruned] = sessions;
  if (plain === undefined || healed === undefined || pruned === undefined) throw new Error('three sessions');

  await record(plain, async (manifest, startMs, add) => {
    await beginRun(manifest, 'run-a', 'display-1');
    await beginRun(manifest, 'run-b', 'display-2');
    await add(pieces('run-a', 'display-1', startMs, 4));
    await manifest.seal();
    await add(pieces('run-b', 'display-2', startMs, 2));
    await manifest.append({ type: 'run-end', runId: 'run-b', reason: 'stalled', message: 'it stood still' });
    return enterLedger(manifest, startMs, {
      'display-1': [recorded(4)],
      'display-2': [recorded(2), lost(2, 'stalled')],
    });
  });
  await record(healed, async (manifest, startMs, add) => {
    await beginRun(manifest, 'run-c', 'display-1');
    await add(pieces('run-c', 'display-1', startMs, 2));
    await beginRun(manifest, 'run-d', 'display-1');
    await add(pieces('run-d', 'display-1', startMs + 4 * SEGMENT_MS, 1));
    const spans = [recorded(2), lost(2, 'awaiting-upload'), recorded(1)];
    await enterLedger(manifest, startMs, { 'display-1': spans });
    await beginRun(manifest, 'heal-e', 'display-1', 'healed');
    await add(pieces('heal-e', 'display-1', startMs + 2 * SEGMENT_MS, 2));
    const whole = [recorded(2), { ...recorded(2), source: 'healed' as const }, recorded(1)];
    return enterLedger(manifest, startMs, { 'display-1': whole });
  });
  await record(pruned, async (manifest, startMs, add) => {
    const all = pieces('run-f', 'display-1', startMs, 3);
    await beginRun(manifest, 'run-f', 'display-1');
    await add(all);
    await enterLedger(manifest, startMs, { 'display-1': [recorded(3)] });
    const gone = all.slice(0, 2);
    const segments = gone.map(({ runId, index }) => ({ runId, index }));
    await manifest.append({ type: 'delete', claimId: 'claim-1', cause: 'retention-age', segments });
    for (const piece of gone) {
      const name = encodeSegmentName({ ...piece, durationMs: SEGMENT_MS });
      await rm(join(recordingsDir, runFolderOf({ ...pruned, ...piece }), name));
    }
    return toLedger(startMs, { 'display-1': [lost(2, 'deleted'), recorded(1)] });
  });
  return { manifests, sessions, sealLog, ledgers };
}

/** The log as the sfu exports it. */
export const sealLogText = (entries: readonly CompanyLogEntry[]): string =>
  entries.map((entry) => `${canonicalJson(entry)}\n`).join('');

/** The folder of a session, relative to the recordings' root. */
export const folderOfSession = (session: ReturnType<typeof sessionOf>): string =>
  encodeSessionFolder(session);

/** A content as trees give it. */
export async function* asChunks(content: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield content;
}

const pieces = (runId: string, trackId: string, startMs: number, count: number): Piece[] =>
  Array.from({ length: count }, (_, index) => ({
    runId,
    trackId,
    index,
    startMs: startMs + index * SEGMENT_MS,
  }));

/** A span by its length in segments; where it lies follows from those before it. */
const recorded = (segments: number): SpanOf => ({ segments, state: 'recorded', source: 'live' });
const lost = (segments: number, reason: MissingReason): SpanOf => ({ segments, state: 'missing', reason });
type SpanOf = { segments: number } & (
  { state: 'recorded'; source: 'live' | 'healed' } | { state: 'missing'; reason: MissingReason }
);

async function beginRun(
  manifest: SessionManifest,
  runId: string,
  trackId: string,
  source: 'live' | 'healed' = 'live',
): Promise<void> {
  await manifest.append({
    type: 'run',
    runId,
    trackId,
    label: trackId,
    source,
    codec: 'video/H264',
    audio: false,
  });
}

async function enterLedger(
  manifest: SessionManifest,
  startMs: number,
  tracks: Readonly<Record<string, readonly SpanOf[]>>,
): Promise<ExampleLedger> {
  const ledger = toLedger(startMs, tracks);
  await manifest.append({ type: 'ledger', ...ledger });
  return ledger;
}

function toLedger(startMs: number, tracks: Readonly<Record<string, readonly SpanOf[]>>): ExampleLedger {
  let endedAtMs = startMs;
  const ledger = Object.entries(tracks).map(([trackId, parts]) => {
    let fromMs = startMs;
    const spans = parts.map(({ segments, ...what }): LedgerSpan => {
      const at = { fromMs, toMs: fromMs + segments * SEGMENT_MS };
      fromMs = at.toMs;
      return { ...at, ...what };
    });
    endedAtMs = Math.max(endedAtMs, fromMs);
    return { trackId, spans };
  });
  return { endedAtMs, tracks: ledger };
}
