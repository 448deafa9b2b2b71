import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  MANIFEST_FILE,
  encodeSessionFolder,
  type ManifestEntry,
  type RunEndReason,
  type Segment,
  type SessionLocation,
} from '@sightline/shared';
import { readManifest } from '../evidence/manifestReader.ts';
import { hasCode, isMissing } from '../store/fileErrors.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { keyOf, refOf, tombstonesOf } from './deleteSession.ts';

/** A run, as its session's manifest and the store tell of it. */
export interface RunInStore {
  runId: string;
  trackId: string;
  label: string;
  source: 'live' | 'healed';
  startedAtMs: number;
  endedAtMs: number;
  endReason: RunEndReason;
  /** Those whose media is there. */
  segments: Segment[];
  /** How many are neither there nor deleted lawfully. */
  lost: number;
}

/** A session, as its manifest and the store tell of it. */
export interface SessionInStore extends SessionLocation {
  userName: string;
  hostName: string;
  endedAtMs: number;
  runs: RunInStore[];
}

/** What was found below the recordings' root. */
export interface Inventory {
  /** In order of their start. */
  sessions: SessionInStore[];
  /** Manifests that cannot be read, or do not belong where they are, relative to the root. */
  strange: string[];
}

/** `company/user/yyyy/mm/dd/session` */
const DEPTH = 6;

/** Looks through everything that is recorded here. */
export async function takeInventory(recordingsDir: string, store: SegmentStore): Promise<Inventory> {
  const sessions: SessionInStore[] = [];
  const strange: string[] = [];
  for await (const folder of sessionFolders(recordingsDir)) {
    const found = await readManifest(join(recordingsDir, folder, MANIFEST_FILE));
    if (found === undefined) continue;
    const session = await sessionOf(found.entries, store);
    if (session === undefined || encodeSessionFolder(session) !== folder) strange.push(folder);
    else sessions.push(session);
  }
  sessions.sort((a, b) => a.sessionStartedAtMs - b.sessionStartedAtMs);
  return { sessions, strange };
}

async function* sessionFolders(root: string, folder = '', depth = 0): AsyncGenerator<string> {
  if (depth === DEPTH) {
    yield folder;
    return;
  }
  for (const name of await namesIn(join(root, folder)))
    yield* sessionFolders(root, folder === '' ? name : `${folder}/${name}`, depth + 1);
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).toSorted();
  } catch (error) {
    // Removed meanwhile, or no folder.
    if (isMissing(error) || hasCode(error, 'ENOTDIR')) return [];
    throw error;
  }
}

async function sessionOf(
  entries: readonly ManifestEntry[],
  store: SegmentStore,
): Promise<SessionInStore | undefined> {
  const [begin] = entries;
  if (begin?.type !== 'begin') return undefined;
  const { sessionId, companyId, userId, userName, hostName, sessionStartedAtMs } = begin;
  const place = { sessionId, companyId, userId, sessionStartedAtMs };
  const runs: RunInStore[] = [];
  const deleted = tombstonesOf(entries);
  for (const run of entries)
    if (run.type === 'run') runs.push(await runOf(run, entries, deleted, place, store));
  const ledgerEndMs = entries.findLast((entry) => entry.type === 'ledger')?.endedAtMs;
  const endedAtMs = ledgerEndMs ?? Math.max(sessionStartedAtMs, ...runs.map((run) => run.endedAtMs));
  return { ...place, userName, hostName, endedAtMs, runs };
}

async function runOf(
  run: Extract<ManifestEntry, { type: 'run' }>,
  entries: readonly ManifestEntry[],
  deleted: ReadonlyMap<string, string>,
  place: SessionLocation,
  store: SegmentStore,
): Promise<RunInStore> {
  const { runId, trackId, label, source } = run;
  const media = entries
    .filter((entry) => entry.type === 'segment' || entry.type === 'heal')
    .filter((entry) => entry.runId === runId);
  const [first] = media;
  const present = new Set(
    first === undefined ? [] : (await store.list(refOf(place, first).runFolder)).map(({ index }) => index),
  );
  const segments: Segment[] = [];
  let lost = 0;
  for (const entry of media) {
    if (deleted.has(keyOf(entry))) continue;
    if (!present.has(entry.index)) {
      lost += 1;
      continue;
    }
    const { index, startMs, durationMs, bytes, sha256 } = entry;
    const holes = entry.type === 'segment' ? entry.holes : [];
    segments.push({ index, startMs, durationMs, bytes, sha256, holes });
  }
  const startedAtMs = first?.startMs ?? run.atMs;
  const endedAtMs = media.reduce((end, one) => Math.max(end, one.startMs + one.durationMs), startedAtMs);
  const end = entries.filter((entry) => entry.type === 'run-end').find((entry) => entry.runId === runId);
  return {
    runId,
    trackId,
    label,
    source,
    startedAtMs,
    endedAtMs,
    endReason: end?.reason ?? 'recorder-lost',
    segments,
    lost,
  };
}
