import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRunFolder } from '@sightline/shared';
import { isMissing } from '../store/fileErrors.ts';
import { INDEX_FILE, parseRunIndex, type RunIndexLine } from '../store/runIndex.ts';
import type { PlayableRun } from './playlist.ts';

/** How many lines are kept in memory at most: about a day of a hundred tracks would be more. */
const MAX_CACHED_LINES = 200_000;

interface CachedIndex {
  readBytes: number;
  lines: RunIndexLine[];
}

/** Reads the runs of a track from disk. */
export interface TrackReader {
  /** Undefined if there is no such track. */
  read(trackFolder: string): Promise<PlayableRun[] | undefined>;
}

/** Builds a reader that keeps what it read last, within a bound, and of an index that grew reads the rest only. */
export function createTrackReader({ recordingsDir }: { recordingsDir: string }): TrackReader {
  const cache = new Map<string, CachedIndex>();

  const keep = (path: string, index: CachedIndex): void => {
    cache.delete(path);
    cache.set(path, index);
    let total = 0;
    for (const { lines } of cache.values()) total += lines.length;
    for (const [oldest, { lines }] of cache) {
      if (total <= MAX_CACHED_LINES || oldest === path) break;
      cache.delete(oldest);
      total -= lines.length;
    }
  };

  const readIndex = async (path: string): Promise<RunIndexLine[]> => {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const known = cache.get(path);
      const before = known !== undefined && known.readBytes <= size ? known : { readBytes: 0, lines: [] };
      const rest = Buffer.alloc(size - before.readBytes);
      await file.read(rest, 0, rest.length, before.readBytes);
      const { lines, wholeBytes } = parseRunIndex(rest.toString('utf8'));
      const all = lines.length === 0 ? before.lines : [...before.lines, ...lines];
      keep(path, { readBytes: before.readBytes + wholeBytes, lines: all });
      return all;
    } finally {
      await file.close();
    }
  };

  return {
    async read(trackFolder) {
      const folder = join(recordingsDir, trackFolder);
      const runs: PlayableRun[] = [];
      try {
        for (const name of await readdir(folder)) {
          if (decodeRunFolder(name) === undefined) continue;
          runs.push({
            folder: name,
            lines: await readIndex(join(folder, name, INDEX_FILE)).catch(noneIfMissing),
          });
        }
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
      return runs;
    },
  };
}

/** A run whose index is only about to be written. */
function noneIfMissing(error: unknown): RunIndexLine[] {
  if (isMissing(error)) return [];
  throw error;
}
