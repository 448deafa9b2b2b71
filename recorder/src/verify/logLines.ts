import { canonicalJson, type Json } from '@sightline/shared';
import { findLinkFault, hashOfEntry, type ChainLink } from '@sightline/shared/node';
import type * as z from 'zod';
import { EvidenceFault } from './finding.ts';

/** An entry of a log is longer than this only if it is none. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** An entry of a log. */
type LogEntry = ChainLink & { readonly [key: string]: Json };

/** How a log is to be read. */
export interface LogFormat<Entry extends LogEntry> {
  /** What it is called in messages. */
  name: string;
  schema: z.ZodType<Entry>;
  /** `whole`: from its first entry on, without holes. `part`: some entries of it, in order. */
  extent: 'whole' | 'part';
}

/**
 * Reads a log, an entry per line in canonical JSON (RFC 8785), and checks that each follows the one before.
 *
 * @param file what it is called in findings.
 * @throws {EvidenceFault}
 */
export async function* readLog<Entry extends LogEntry>(
  content: AsyncIterable<Uint8Array>,
  file: string,
  format: LogFormat<Entry>,
): AsyncGenerator<Entry> {
  let last: ChainLink | undefined;
  let line = 0;
  for await (const text of linesOf(content, file)) {
    line += 1;
    const entry = parseLine(text, format.schema);
    if (entry === undefined) {
      throw new EvidenceFault(
        'unreadable',
        { file, entry: line },
        `Line ${line} is no entry of ${format.name}.`,
      );
    }
    checkLink(last, entry, file, format);
    yield entry;
    last = entry;
  }
}

/** The lines of a text in UTF-8; each, the last too, ends with a line feed. */
async function* linesOf(content: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  let line = 0;
  for await (const chunk of content) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      line += 1;
      yield rest.toString('utf8', start, end);
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > MAX_LINE_BYTES) break;
  }
  if (rest.length === 0) return;
  throw new EvidenceFault(
    'unreadable',
    { file, entry: line + 1 },
    `Line ${line + 1} has no end: it was cut off.`,
  );
}

function parseLine<Entry extends LogEntry>(text: string, schema: z.ZodType<Entry>): Entry | undefined {
  try {
    const { data } = schema.safeParse(JSON.parse(text));
    // There is one way only to write an entry: neither a space nor a key that is there twice goes unnoticed.
    return data !== undefined && canonicalJson(data) === text ? data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function checkLink<Entry extends LogEntry>(
  last: ChainLink | undefined,
  entry: Entry,
  file: string,
  { extent }: LogFormat<Entry>,
): void {
  const where = { file, entry: entry.number };
  if (extent === 'part' && entry.number !== (last?.number ?? 0) + 1) {
    if (entry.number <= (last?.number ?? 0)) {
      throw new EvidenceFault('number', where, `Entry ${entry.number} comes after entry ${last?.number}.`);
    }
    const { hash, ...rest } = entry;
    if (hash !== hashOfEntry(rest))
      throw new EvidenceFault('hash', where, `Entry ${entry.number} was changed.`);
    return;
  }
  const expected = (last?.number ?? 0) + 1;
  switch (findLinkFault(last, entry)) {
    case undefined:
      return;
    case 'number':
      throw new EvidenceFault(
        'number',
        { file, entry: expected },
        `Where entry ${expected} should be is entry ${entry.number}: entries were removed, inserted or reordered.`,
      );
    case 'previous-hash':
      throw new EvidenceFault(
        'previous-hash',
        where,
        `Entry ${entry.number} follows another entry than ${expected - 1}.`,
      );
    case 'hash':
      throw new EvidenceFault('hash', where, `Entry ${entry.number} was changed.`);
  }
}
