import { createReadStream } from 'node:fs';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import type { ManifestEntry } from '@sightline/shared';
import { isMissing } from '../store/fileErrors.ts';
import { parseManifest, parseManifestLine, type ParsedManifest } from './manifestText.ts';

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

/** Reads the entries of a manifest, some at a time: others have their turn in between. @throws if there is none */
export async function* streamManifest(path: string): AsyncGenerator<ManifestEntry[]> {
  const text: AsyncIterable<string> = createReadStream(path, { encoding: 'utf8' });
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield lines.flatMap((line) => parseManifestLine(line) ?? []);
  }
}

/** Reads manifests again and again, while they grow. */
export interface ManifestReader {
  /** The entries so far, never to be changed by the caller; undefined if there is no such manifest. */
  read(path: string): Promise<readonly ManifestEntry[] | undefined>;
}

interface CachedManifest {
  readBytes: number;
  /** What was read ends with it; while it stands there, so does what is before it, for lines are chained. */
  lastLine: Buffer;
  entries: readonly ManifestEntry[];
}

const NEWLINE = 0x0a;
const UNREAD: CachedManifest = { readBytes: 0, lastLine: Buffer.alloc(0), entries: [] };

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
      const known = cache.get(path) ?? UNREAD;
      const knownBytes = known.lastLine.length;
      const bytes = await readFrom(file, known.readBytes - knownBytes);
      // Lines of an append that failed are taken back, and others come in their place.
      const stands = bytes.subarray(0, knownBytes).equals(known.lastLine);
      const before = stands ? known : UNREAD;
      const rest = stands ? bytes.subarray(knownBytes) : await readFrom(file, 0);
      const { entries: added, wholeBytes } = parseManifest(rest);
      const entries = added.length === 0 ? before.entries : [...before.entries, ...added];
      const lastLine = wholeBytes === 0 ? before.lastLine : lastLineOf(rest.subarray(0, wholeBytes));
      keep(path, { readBytes: before.readBytes + wholeBytes, lastLine, entries });
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

async function readFrom(file: FileHandle, position: number): Promise<Buffer> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.max(size - position, 0));
  const { bytesRead } = await file.read(bytes, 0, bytes.length, position);
  return bytes.subarray(0, bytesRead);
}

/** A copy: what it is cut out of may be long. */
const lastLineOf = (lines: Buffer): Buffer =>
  Buffer.from(lines.subarray(lines.lastIndexOf(NEWLINE, lines.length - 2) + 1));
