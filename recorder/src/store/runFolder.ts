import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSegmentName, encodeRunFolder, encodeSegmentName, encodeTrackFolder } from '@sightline/shared';
import type { Segment, TrackLocation } from '@sightline/shared';
import { syncPath } from './durable.ts';
import { sha256OfFile } from './fileDigest.ts';
import { isMissing } from './fileErrors.ts';
import { INDEX_FILE } from './runIndex.ts';

/** How ffmpeg names what it writes, by position within the run; a closed segment has another name. */
export const PART_PATTERN = '%06d.part.ts';
const PART = /^(\d{6,})\.part\.ts$/;

/** The place of one run on disk. */
export interface RunFolder {
  readonly path: string;
  readonly indexPath: string;
  exists(): Promise<boolean>;
  partPath(index: number): string;
  /** Size of a part and when it was created; undefined if there is none. */
  statPart(index: number): Promise<{ bytes: number; createdAtMs: number } | undefined>;
  /** Positions of the parts, ascending. */
  listParts(): Promise<number[]>;
  /** The closed segments that the names in the folder tell of, ascending. */
  listSegments(): Promise<Segment[]>;
  /** Makes a part durable and gives it its final name. */
  closePart(index: number, time: { startMs: number; durationMs: number }): Promise<Segment>;
  removePart(index: number): Promise<void>;
}

/** The folder of a run, relative to the recordings' root. @throws {PathCodecError} */
export const runFolderOf = (run: TrackLocation & { runId: string }): string =>
  `${encodeTrackFolder(run)}/${encodeRunFolder(run.runId)}`;

/** Creates the folder of a run, if need be, so that it survives a loss of power. */
export async function createRunFolder(recordingsDir: string, folder: string): Promise<RunFolder> {
  const run = openRunFolder(recordingsDir, folder);
  await mkdir(run.path, { recursive: true });
  let parent = recordingsDir;
  for (const part of folder.split('/')) {
    await syncPath(parent);
    parent = join(parent, part);
  }
  return run;
}

/** Gives access to the folder of a run that exists. */
export function openRunFolder(recordingsDir: string, folder: string): RunFolder {
  const path = join(recordingsDir, folder);
  const partPath = (index: number): string =>
    join(path, PART_PATTERN.replace('%06d', String(index).padStart(6, '0')));
  return {
    path,
    indexPath: join(path, INDEX_FILE),
    partPath,
    exists: () =>
      stat(path).then(
        (found) => found.isDirectory(),
        (error: unknown) => {
          if (isMissing(error)) return false;
          throw error;
        },
      ),
    async statPart(index) {
      try {
        const { size, birthtimeMs, mtimeMs } = await stat(partPath(index));
        return { bytes: size, createdAtMs: birthtimeMs > 0 ? birthtimeMs : mtimeMs };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async listParts() {
      const names = await readdir(path);
      return names
        .flatMap((name) => PART.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b);
    },
    async listSegments() {
      const named = (await readdir(path)).flatMap((name) => decodeSegmentName(name) ?? []);
      named.sort((a, b) => a.index - b.index);
      return Promise.all(
        named.map(async (name) => ({
          ...name,
          bytes: (await stat(join(path, encodeSegmentName(name)))).size,
          sha256: await sha256OfFile(join(path, encodeSegmentName(name))),
          holes: [],
        })),
      );
    },
    async closePart(index, { startMs, durationMs }) {
      const part = partPath(index);
      await syncPath(part);
      const { size: bytes } = await stat(part);
      const sha256 = await sha256OfFile(part);
      await rename(part, join(path, encodeSegmentName({ index, startMs, durationMs })));
      await syncPath(path);
      return { index, startMs, durationMs, bytes, sha256, holes: [] };
    },
    removePart: (index) => rm(partPath(index), { force: true }),
  };
}
