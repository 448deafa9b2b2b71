import { open, readFile } from 'node:fs/promises';
import type { ManifestEntry } from '@sightline/shared';
import { isMissing } from '../store/fileErrors.ts';
import { parseManifest, type ParsedManifest } from './manifestText.ts';

/** How many entries are kept in memory at most: about a day of a hundred tracks would be more. */
const MAX_CACHED_ENTRIES = 200_000;

/** Reads a manifest from disk. Undefined if there is none. */
export async function readManifest(path: string): Promise<ParsedManifest | undefined> {
  try {
    return parseManifest(await readFile(path));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Reads manifests again and again, while they grow. */
export interface ManifestReader {
  /** The entries so far, never to be changed by the caller; undefined if there is no such manifest. */
  read(path: string): Promise<readonly ManifestEntry[] | undefined>;
}

interface CachedManifest {
  readBytes: number;
  entries: readonly ManifestEntry[];
}

/** Builds a reader that keeps what it read last, within a bound, and of a manifest that grew reads the rest only. */
export function createManifestReader(): ManifestReader {
  const cache = new Map<string, CachedManifest>();

  const keep = (path: string, manifest: CachedManifest): void => {
    cache.delete(path);
    cache.set(path, manifest);
    let total = 0;
    for (const { entries } of cache.values()) total += entries.length;
    for (const [oldest, { entries }] of cache) {
      if (total <= MAX_CACHED_ENTRIES || oldest === path) break;
      cache.delete(oldest);
      total -= entries.length;
    }
  };

  const readOn = async (path: string): Promise<readonly ManifestEntry[]> => {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const known = cache.get(path);
      const before = known !== undefined && known.readBytes <= size ? known : { readBytes: 0, entries: [] };
      const rest = Buffer.alloc(size - before.readBytes);
      await file.read(rest, 0, rest.length, before.readBytes);
      const { entries: added, wholeBytes } = parseManifest(rest);
      const entries = added.length === 0 ? before.entries : [...before.entries, ...added];
      keep(path, { readBytes: before.readBytes + wholeBytes, entries });
      return entries;
    } finally {
      await file.close();
    }
  };

  return {
    async read(path) {
      try {
        return await readOn(path);
      } catch (error) {
        if (!isMissing(error)) throw error;
        cache.delete(path);
        return undefined;
      }
    },
  };
}
