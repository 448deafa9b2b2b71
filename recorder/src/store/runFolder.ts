import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRunFolder, encodeTrackFolder } from '@sightline/shared';
import type { TrackLocation } from '@sightline/shared';
import { createFolders, fileExists } from './durable.ts';
import { isMissing } from './fileErrors.ts';

/** How ffmpeg names what it writes, by position within the run; a closed segment has another name. */
export const PART_PATTERN = '%06d.part.ts';
const PART = /^(\d{6,})\.part\.ts$/;

/** The parts of one run: what ffmpeg has written, and nobody has closed yet. */
export interface RunFolder {
  /** Relative to the recordings' root. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  exists(): Promise<boolean>;
  partPath(index: number): string;
  /** Size of a part and when it was created; undefined if there is none. */
  statPart(index: number): Promise<{ bytes: number; createdAtMs: number } | undefined>;
  /** Positions of the parts, ascending. */
  listParts(): Promise<number[]>;
  removePart(index: number): Promise<void>;
}

/** The folder of a run, relative to the recordings' root. @throws {PathCodecError} */
export const runFolderOf = (run: TrackLocation & { runId: string }): string =>
  `${encodeTrackFolder(run)}/${encodeRunFolder(run.runId)}`;

/** Creates the folder of a run, if need be, so that it survives a loss of power. */
export async function createRunFolder(recordingsDir: string, name: string): Promise<RunFolder> {
  await createFolders(recordingsDir, name);
  return openRunFolder(recordingsDir, name);
}

/** Gives access to the folder of a run that exists. */
export function openRunFolder(recordingsDir: string, name: string): RunFolder {
  const path = join(recordingsDir, name);
  const partPath = (index: number): string =>
    join(path, PART_PATTERN.replace('%06d', String(index).padStart(6, '0')));
  return {
    name,
    path,
    partPath,
    exists: () => fileExists(path),
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
        .flatMap((entry) => PART.exec(entry)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b);
    },
    removePart: (index) => rm(partPath(index), { force: true }),
  };
}
