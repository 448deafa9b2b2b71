import { canonicalJson, manifestEntry, sha256Hex, type ManifestEntry } from '@sightline/shared';
import { hashOfEntry } from '@sightline/shared/node';
import * as z from 'zod';

const NEWLINE = 0x0a;

/** Writes an entry as the line of a manifest that it is. */
export const manifestLine = (entry: ManifestEntry): string => `${canonicalJson(entry)}\n`;

/** Reads a line of a manifest; undefined if it is none. Whether it belongs where it stands is for a verifier to say. */
export function parseManifestLine(line: string): ManifestEntry | undefined {
  try {
    return manifestEntry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** What is in the text of a manifest, or in a piece of it that starts at a line. */
export interface ParsedManifest {
  entries: ManifestEntry[];
  /** How much of the text holds whole lines: the last one may still be on its way to the disk. */
  wholeBytes: number;
  /** Lines that are whole and yet no entry. */
  damaged: number;
}

/** Reads the whole lines of a manifest. */
export function parseManifest(bytes: Buffer): ParsedManifest {
  const wholeBytes = bytes.lastIndexOf(NEWLINE) + 1;
  const entries: ManifestEntry[] = [];
  let damaged = 0;
  for (const line of bytes.toString('utf8', 0, wholeBytes).split('\n')) {
    if (line === '') continue;
    const entry = parseManifestLine(line);
    if (entry === undefined) damaged += 1;
    else entries.push(entry);
  }
  return { entries, wholeBytes, damaged };
}

/** What every entry has, also one that only another release can read. */
const lastEntry = z
  .looseObject({ type: z.string(), number: z.int().positive(), previousHash: sha256Hex, hash: sha256Hex })
  .catchall(z.json());

/** What must be known of an entry to go on behind it. */
export type LastEntry = z.output<typeof lastEntry>;

/** Where a manifest goes on. */
export interface ManifestEnd {
  /** The last entry that is whole. */
  last: LastEntry | undefined;
  /** Where it ends. */
  endBytes: number;
  /** What a crash has left behind it: never synced, so nobody was told of it. */
  tornBytes: number;
}

/** Finds the last whole entry of a manifest. In bytes: a damaged one decodes to a text of another length. */
export function findEnd(bytes: Buffer): ManifestEnd {
  let endBytes = bytes.lastIndexOf(NEWLINE) + 1;
  while (endBytes > 0) {
    const start = endBytes < 2 ? 0 : bytes.lastIndexOf(NEWLINE, endBytes - 2) + 1;
    const last = parseLastEntry(bytes.toString('utf8', start, endBytes));
    if (last !== undefined) return { last, endBytes, tornBytes: bytes.length - endBytes };
    endBytes = start;
  }
  return { last: undefined, endBytes: 0, tornBytes: bytes.length };
}

function parseLastEntry(line: string): LastEntry | undefined {
  try {
    const { data } = lastEntry.safeParse(JSON.parse(line));
    return data !== undefined && hasOwnHash(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

function hasOwnHash({ hash, ...entry }: LastEntry): boolean {
  return hashOfEntry(entry) === hash;
}
