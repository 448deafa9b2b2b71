import { canonicalJson, manifestEntry, type ManifestEntry } from '@sightline/shared';
import { hashOfEntry } from '@sightline/shared/node';

/** Writes an entry as the line of a manifest that it is. */
export const manifestLine = (entry: ManifestEntry): string => `${canonicalJson(entry)}\n`;

/** Reads a line of a manifest; undefined if it is none. Whether it belongs where it stands is for a verifier to say. */
function parseManifestLine(line: string): ManifestEntry | undefined {
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
export function parseManifest(text: string): ParsedManifest {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const entries: ManifestEntry[] = [];
  let damaged = 0;
  for (const line of whole.split('\n')) {
    if (line === '') continue;
    const entry = parseManifestLine(line);
    if (entry === undefined) damaged += 1;
    else entries.push(entry);
  }
  return { entries, wholeBytes: Buffer.byteLength(whole), damaged };
}

/** Where a manifest goes on. */
export interface ManifestEnd {
  /** The last entry that is whole. */
  last: ManifestEntry | undefined;
  /** Where it ends. */
  endBytes: number;
  /** What a crash has left behind it: never synced, so nobody was told of it. */
  tornBytes: number;
}

/** Finds the last whole entry of a manifest. */
export function findEnd(text: string): ManifestEnd {
  const totalBytes = Buffer.byteLength(text);
  let end = text.lastIndexOf('\n') + 1;
  while (end > 0) {
    const start = text.lastIndexOf('\n', end - 2) + 1;
    const last = parseManifestLine(text.slice(start, end));
    if (last !== undefined && hasOwnHash(last)) {
      const endBytes = Buffer.byteLength(text.slice(0, end));
      return { last, endBytes, tornBytes: totalBytes - endBytes };
    }
    end = start;
  }
  return { last: undefined, endBytes: 0, tornBytes: totalBytes };
}

function hasOwnHash({ hash, ...entry }: ManifestEntry): boolean {
  return hashOfEntry(entry) === hash;
}
