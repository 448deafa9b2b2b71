import { readFile } from 'node:fs/promises';
import {
  MANIFEST_FILE,
  encodeSegmentName,
  encodeSessionFolder,
  type Clock,
  type ExportJob,
  type ManifestEntry,
  type SessionLocation,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { keyOf, refOf, tombstonesOf } from '../retention/deleteSession.ts';
import type { SegmentRef, SegmentStore } from '../store/segmentStore.ts';
import { manifestPathOf, type Manifests } from './manifests.ts';
import { manifestLine, parseManifest } from './manifestText.ts';
import { PACKAGE } from './packageContents.ts';
import type { SealKey } from './sealKey.ts';

/** What packages are made of, and with. */
export interface PackagingDeps {
  recordingsDir: string;
  recorderId: string;
  segments: Pick<SegmentStore, 'read'>;
  manifests: Pick<Manifests, 'openExisting'>;
  sealKey: SealKey;
  /** The bundled `sightline-verify`. */
  verifierPath: string;
  clock: Clock;
  logger: Logger;
}

/** What a package holds of one session. */
export interface PackedSession {
  /** Paths in the package. */
  manifestPath: string;
  /** Whole, up to its last seal. */
  manifest: Buffer;
  media: { path: string; ref: SegmentRef; bytes: number }[];
  /** Paths of the segments that lie outside of what was asked for. */
  leftOut: string[];
}

/** Finds what a job is about: each session's whole manifest, and the segments that touch what was asked for. */
export async function gatherSessions(job: ExportJob, deps: PackagingDeps): Promise<PackedSession[]> {
  const sessions = new Map(job.sources.map((source) => [source.sessionId, source]));
  const packed: PackedSession[] = [];
  for (const session of sessions.values()) packed.push(await gather(session, job, deps));
  return packed;
}

async function gather(
  session: SessionLocation,
  { order }: ExportJob,
  { manifests, recordingsDir }: PackagingDeps,
): Promise<PackedSession> {
  const entries = await readSealed(session, manifests, recordingsDir);
  const folder = encodeSessionFolder(session);
  const packed: PackedSession = {
    manifestPath: `${PACKAGE.recordings}/${folder}/${MANIFEST_FILE}`,
    manifest: Buffer.from(entries.map(manifestLine).join('')),
    media: [],
    leftOut: [],
  };
  const deleted = tombstonesOf(entries);
  for (const entry of entries) {
    if ((entry.type !== 'segment' && entry.type !== 'heal') || deleted.has(keyOf(entry))) continue;
    const { startMs, durationMs, bytes } = entry;
    const ref = refOf(session, entry);
    const path = `${PACKAGE.recordings}/${ref.runFolder}/${encodeSegmentName(ref.name)}`;
    const touches = startMs < order.toMs && startMs + durationMs > order.fromMs;
    if (touches) packed.media.push({ path, ref, bytes });
    else packed.leftOut.push(path);
  }
  return packed;
}

/** The manifest as it stands, every entry under a seal. */
async function readSealed(
  session: SessionLocation,
  manifests: PackagingDeps['manifests'],
  recordingsDir: string,
): Promise<ManifestEntry[]> {
  const open = await manifests.openExisting(session);
  try {
    await open?.seal();
  } finally {
    await open?.close();
  }
  const { entries } = parseManifest(await readFile(manifestPathOf(recordingsDir, session)));
  return entries.slice(0, entries.findLastIndex(({ type }) => type === 'seal') + 1);
}
