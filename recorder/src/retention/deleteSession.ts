import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encodeSessionFolder,
  type DeletionClaim,
  type ManifestEntry,
  type SessionLocation,
} from '@sightline/shared';
import { readManifest } from '../evidence/manifestReader.ts';
import { manifestPathOf, type Manifests } from '../evidence/manifests.ts';
import { fileExists } from '../store/durable.ts';
import { hasCode, isMissing } from '../store/fileErrors.ts';
import { runFolderOf } from '../store/runFolder.ts';
import type { SegmentRef, SegmentStore } from '../store/segmentStore.ts';

/** What the deletion of a session needs. */
export interface DeleteSessionDeps {
  recordingsDir: string;
  manifests: Manifests;
  store: SegmentStore;
}

/** A session is on record here and its manifest, which stays whatever is deleted, is not on this disk. */
export class SessionNotHere extends Error {
  readonly code = 'session-not-here';

  constructor(sessionId: string) {
    super(
      `Session ${sessionId} is on record here and not on this disk, so nothing of it counts as deleted: mount the disk. ` +
        'If it is gone for good, run "npm run recorder -- reindex".',
    );
    this.name = 'SessionNotHere';
  }
}

type MediaEntry = Extract<ManifestEntry, { type: 'segment' | 'heal' }>;

/** A tombstone is one line: this many are read at once without pain. */
const SEGMENTS_PER_TOMBSTONE = 1_000;

/**
 * Removes the media of a session, given leave that was confirmed. The tombstones are durable and sealed before the first
 * file goes: a kill in between leaves files that are accounted for as gone, and the next attempt removes them; it never
 * leaves a manifest that misses a file without saying so. May be run again. Resolves with the bytes that the claim freed.
 *
 * @throws {SessionNotHere}
 */
export async function deleteSession(claim: DeletionClaim, deps: DeleteSessionDeps): Promise<number> {
  const manifest = await deps.manifests.openExisting(claim);
  if (manifest === undefined) throw new SessionNotHere(claim.sessionId);
  try {
    const found = await readManifest(manifestPathOf(deps.recordingsDir, claim));
    const entries = found?.entries ?? [];
    const media = entries.filter((entry) => entry.type === 'segment' || entry.type === 'heal');
    const before = tombstonesOf(entries);
    const standing = media.filter((entry) => !before.has(keyOf(entry)));
    const { claimId, cause } = claim;
    for (let at = 0; at < standing.length; at += SEGMENTS_PER_TOMBSTONE) {
      const segments = standing
        .slice(at, at + SEGMENTS_PER_TOMBSTONE)
        .map(({ runId, index }) => ({ runId, index }));
      await manifest.append({ type: 'delete', claimId, cause, segments });
    }
    // Those of an earlier attempt too: it may have been cut short between tombstone and file.
    for (const entry of media) await deps.store.remove(refOf(claim, entry));
    await removeEmptyFolders(join(deps.recordingsDir, encodeSessionFolder(claim)));
    return media
      .filter((entry) => (before.get(keyOf(entry)) ?? claimId) === claimId)
      .reduce((sum, { bytes }) => sum + bytes, 0);
  } finally {
    await manifest.close();
  }
}

/** Whether a session is on this disk: a disk that is not mounted looks like one that is empty. */
export const isHere = (session: SessionLocation, recordingsDir: string): Promise<boolean> =>
  fileExists(manifestPathOf(recordingsDir, session));

/** By segment, the claim that deleted it. */
export function tombstonesOf(entries: readonly ManifestEntry[]): Map<string, string> {
  return new Map(
    entries.flatMap((entry) =>
      entry.type === 'delete' ? entry.segments.map((one) => [keyOf(one), entry.claimId] as const) : [],
    ),
  );
}

/** What tells a segment from all others of its session. */
export const keyOf = ({ runId, index }: { runId: string; index: number }): string => `${index} ${runId}`;

/** Where the store has the media of an entry. */
export const refOf = (session: SessionLocation, entry: MediaEntry): SegmentRef => ({
  runFolder: runFolderOf({ ...session, ...entry }),
  name: { index: entry.index, startMs: entry.startMs, durationMs: entry.durationMs },
});

/** Runs and tracks that have become empty; the manifest stays, and so does what it says of them. */
async function removeEmptyFolders(sessionFolder: string): Promise<void> {
  for (const track of await foldersIn(sessionFolder)) {
    for (const run of await foldersIn(track)) await removeIfEmpty(run);
    await removeIfEmpty(track);
  }
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    const found = await readdir(path, { withFileTypes: true });
    return found.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function removeIfEmpty(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY') && !isMissing(error)) throw error;
  }
}
