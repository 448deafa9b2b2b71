import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSegmentName, decodeTrackFolder } from '@sightline/shared';
import type { RecordedFrames } from './framesOnDisk.ts';
import { readTsFrames, type TsFrame } from './tsFrames.ts';

/** The folders of all runs on disk, by session. */
export async function runFoldersBySession(recordingsDir: string): Promise<Map<string, string[]>> {
  const folders = new Map<string, string[]>();
  const entries = await readdir(recordingsDir, { recursive: true, withFileTypes: true });
  for (const { name, parentPath } of entries.filter((entry) => entry.isDirectory())) {
    const track = decodeTrackFolder(parentPath.slice(recordingsDir.length + 1));
    if (track === undefined) continue;
    folders.set(track.sessionId, [...(folders.get(track.sessionId) ?? []), join(parentPath, name)]);
  }
  return folders;
}

/** Everything in the closed segments of a run. */
export async function readRun(folder: string): Promise<RecordedFrames> {
  const segments = (await readdir(folder))
    .flatMap((name) => {
      const segment = decodeSegmentName(name);
      return segment === undefined ? [] : [{ name, ...segment }];
    })
    .sort((a, b) => a.index - b.index);
  const frames: TsFrame[] = [];
  for (const { name } of segments) frames.push(...readTsFrames(await readFile(join(folder, name))));
  return { startMs: segments[0]?.startMs ?? 0, frames };
}
