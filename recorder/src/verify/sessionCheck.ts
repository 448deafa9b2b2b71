import { MANIFEST_FILE, encodeSessionFolder } from '@sightline/shared';
import type { ContentDigest } from './evidenceTree.ts';
import { EvidenceFault } from './finding.ts';
import type { StoredMedia } from './storedMedia.ts';
import type { CheckedManifest } from './manifestCheck.ts';
import type { LeftOut } from './packageCheck.ts';
import type { ListedSegment } from './runBook.ts';

/** What is there of a session's media. */
export interface CheckedMedia {
  segments: number;
  bytes: number;
  /** Deleted lawfully. */
  deleted: number;
  /** Not in this package. */
  leftOut: number;
  /** There, but encrypted with a key that was not given. */
  encrypted: number;
  /** In an object store, says a receipt. */
  elsewhere: number;
  /** Paths of all files that the session may have. */
  listed: string[];
}

/** The folder of a file; empty: none. */
export const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));

/** Whether a path is that of a manifest. */
export const isManifest = (path: string): boolean =>
  path === MANIFEST_FILE || path.endsWith(`/${MANIFEST_FILE}`);

/** Checks that a session lies where its manifest says that it belongs. @throws {EvidenceFault} */
export function checkPlace({ file, begin }: CheckedManifest): void {
  const actual = `/${folderOf(file)}`;
  const expected = `/${encodeSessionFolder(begin)}`;
  // The tree may begin above the recordings' root, or within a company's folder.
  if (actual === '/' || actual.endsWith(expected) || expected.endsWith(actual)) return;
  throw new EvidenceFault(
    'misplaced',
    { file, entry: 1 },
    `This manifest is that of session ${begin.sessionId} of user ${begin.userId}; it belongs into ${expected.slice(1)}.`,
  );
}

/** Checks that every segment is there as it was recorded, or lawfully not there. @throws {EvidenceFault} */
export async function checkMedia(
  { file, begin, segments }: CheckedManifest,
  stored: StoredMedia,
  leftOut: LeftOut | undefined,
): Promise<CheckedMedia> {
  const folder = folderOf(file);
  const media: CheckedMedia = {
    segments: 0,
    bytes: 0,
    deleted: 0,
    leftOut: 0,
    encrypted: 0,
    elsewhere: 0,
    listed: stored.namesOf(file),
  };
  for (const segment of segments) {
    const path = folder === '' ? segment.path : `${folder}/${segment.path}`;
    media.listed.push(...stored.namesOf(path));
    const found = await stored.find(path, `${encodeSessionFolder(begin)}/${segment.path}`);
    for (const { file: storedFile, content } of found)
      if (content !== 'encrypted') checkContent(storedFile, segment, content);
    if (found.some(({ content }) => content === 'encrypted')) media.encrypted += 1;
    else if (found.length > 0) {
      media.segments += 1;
      media.bytes += segment.bytes;
    } else if (segment.deletedBy !== undefined) media.deleted += 1;
    else if (stored.isElsewhere(path)) media.elsewhere += 1;
    else if (leftOut?.paths.has(path) === true && isOutside(segment, leftOut)) media.leftOut += 1;
    else {
      throw new EvidenceFault(
        'file-missing',
        { file: path, entry: segment.entry },
        `Entry ${segment.entry} of ${file} lists it, no later entry says that it was deleted, and it is not there.`,
      );
    }
  }
  return media;
}

function checkContent(path: string, { entry, bytes, sha256 }: ListedSegment, found: ContentDigest): void {
  const where = { file: path, entry };
  if (found.bytes !== bytes) {
    throw new EvidenceFault(
      'file-size',
      where,
      `It has ${found.bytes} bytes; ${bytes} were recorded (entry ${entry}).`,
    );
  }
  if (found.sha256 === sha256) return;
  throw new EvidenceFault('file-hash', where, `Its content is not what was recorded (entry ${entry}).`);
}

const isOutside = ({ startMs, endMs }: ListedSegment, { asked }: LeftOut): boolean =>
  endMs <= asked.fromMs || startMs >= asked.toMs;
