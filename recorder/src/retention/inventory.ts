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
import { streamManifest } from '../evidence/manifestReader.ts';
import { manifestPathOf } from '../evidence/manifests.ts';
import { hasCode, isMissing } from '../store/fileErrors.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { refOf } from './deleteSession.ts';

/** A run, as its session's manifest and the store tell of it. */
export interface RunInStore {
  runId: string;
  trackId: string;
  label: string;
  source: 'live' | 'healed';
  startedAtMs: number;
  endedAtMs: number;
  endReason: RunEndReason;
  /** How many segments there are whose media is there. {@link readSegments} tells which. */
  segments: number;
  /** Of these. */
  bytes: number;
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

type MediaEntry = Extract<ManifestEntry, { type: 'segment' | 'heal' }>;

/** `company/user/yyyy/mm/dd/session` */
const DEPTH = 6;

/**
 * Looks through everything that is recorded here. There may be weeks of it, and recording goes on: of a run only the sums
 * are kept, and nothing is read that is longer than a moment's work.
 */
export async function takeInventory(
  recordingsDir: string,
  store: SegmentStore,
  signal?: AbortSignal,
): Promise<Inventory> {
  const sessions: SessionInStore[] = [];
  const strange: string[] = [];
  for await (const folder of sessionFolders(recordingsDir)) {
    const session = await readSession(join(recordingsDir, folder, MANIFEST_FILE), store, signal);
    if (session === 'none') continue;
    if (session === 'strange' || encodeSessionFolder(session) !== folder) strange.push(folder);
    else sessions.push(session);
  }
  sessions.sort((a, b) => a.sessionStartedAtMs - b.sessionStartedAtMs);
  return { sessions, strange };
}

/** The segments of a run whose media is there, in the order in which they came. */
export async function readSegments(
  recordingsDir: string,
  store: SegmentStore,
  session: SessionLocation,
  runId: string,
): Promise<Segment[]> {
  const media: MediaEntry[] = [];
  const deleted = new Set<number>();
  for await (const entries of streamManifest(manifestPathOf(recordingsDir, session))) {
    for (const entry of entries) {
      if (isMedia(entry) && entry.runId === runId) media.push(entry);
      if (entry.type !== 'delete') continue;
      for (const one of entry.segments) if (one.runId === runId) deleted.add(one.index);
    }
  }
  const [first] = media;
  if (first === undefined) return [];
  const present = await indexesIn(store, refOf(session, first).runFolder);
  return media
    .filter(({ index }) => present.has(index) && !deleted.has(index))
    .map((entry) => {
      const { index, startMs, durationMs, bytes, sha256 } = entry;
      const holes = entry.type === 'segment' ? entry.holes : [];
      return { index, startMs, durationMs, bytes, sha256, holes };
    });
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

/** What is known of a run while its manifest is read. */
interface RunNotes {
  begin: Extract<ManifestEntry, { type: 'run' }> | undefined;
  first: MediaEntry | undefined;
  endedAtMs: number;
  endReason: RunEndReason;
  /** Bytes by index. */
  media: Map<number, number>;
  deleted: Set<number>;
}

async function readSession(
  path: string,
  store: SegmentStore,
  signal: AbortSignal | undefined,
): Promise<SessionInStore | 'none' | 'strange'> {
  let begin: ManifestEntry | undefined;
  let ledgerEndMs: number | undefined;
  const notes = new Map<string, RunNotes>();
  try {
    for await (const entries of streamManifest(path)) {
      signal?.throwIfAborted();
      for (const entry of entries) {
        begin ??= entry;
        if (entry.type === 'ledger') ledgerEndMs = entry.endedAtMs;
        note(entry, notes);
      }
    }
  } catch (error) {
    if (isMissing(error)) return 'none';
    throw error;
  }
  if (begin?.type !== 'begin') return 'strange';
  const { sessionId, companyId, userId, userName, hostName, sessionStartedAtMs } = begin;
  const place = { sessionId, companyId, userId, sessionStartedAtMs };
  const runs: RunInStore[] = [];
  for (const run of notes.values()) runs.push(...(await runOf(run, place, store)));
  const endedAtMs = ledgerEndMs ?? Math.max(sessionStartedAtMs, ...runs.map((run) => run.endedAtMs));
  return { ...place, userName, hostName, endedAtMs, runs };
}

function note(entry: ManifestEntry, notes: Map<string, RunNotes>): void {
  const of = (runId: string): RunNotes => {
    const run = notes.get(runId) ?? {
      begin: undefined,
      first: undefined,
      endedAtMs: 0,
      endReason: 'recorder-lost',
      media: new Map<number, number>(),
      deleted: new Set<number>(),
    };
    notes.set(runId, run);
    return run;
  };
  if (entry.type === 'run') of(entry.runId).begin = entry;
  else if (entry.type === 'run-end') of(entry.runId).endReason = entry.reason;
  else if (entry.type === 'delete') for (const one of entry.segments) of(one.runId).deleted.add(one.index);
  else if (isMedia(entry)) {
    const run = of(entry.runId);
    run.first ??= entry;
    run.endedAtMs = Math.max(run.endedAtMs, entry.startMs + entry.durationMs);
    run.media.set(entry.index, entry.bytes);
  }
}

/** None if the manifest does not say that it began. */
async function runOf(
  { begin, first, media, deleted, ...notes }: RunNotes,
  place: SessionLocation,
  store: SegmentStore,
): Promise<RunInStore[]> {
  if (begin === undefined) return [];
  const present =
    first === undefined ? new Set<number>() : await indexesIn(store, refOf(place, first).runFolder);
  let [segments, bytes, lost] = [0, 0, 0];
  for (const [index, size] of media) {
    if (deleted.has(index)) continue;
    if (!present.has(index)) {
      lost += 1;
      continue;
    }
    segments += 1;
    bytes += size;
  }
  const { runId, trackId, label, source } = begin;
  const startedAtMs = first?.startMs ?? begin.atMs;
  const endedAtMs = Math.max(startedAtMs, notes.endedAtMs);
  const { endReason } = notes;
  return [{ runId, trackId, label, source, startedAtMs, endedAtMs, endReason, segments, bytes, lost }];
}

const isMedia = (entry: ManifestEntry): entry is MediaEntry =>
  entry.type === 'segment' || entry.type === 'heal';

const indexesIn = async (store: SegmentStore, runFolder: string): Promise<Set<number>> =>
  new Set((await store.list(runFolder)).map(({ index }) => index));
