import type { KeyObject } from 'node:crypto';
import { manifestEntry, type ManifestEntry } from '@sightline/shared';
import { isHeadSigned } from '@sightline/shared/node';
import { EvidenceFault } from './finding.ts';
import { readLog } from './logLines.ts';
import { createRunBook, type ListedSegment } from './runBook.ts';

/** An entry of one type. */
export type EntryOf<Type extends ManifestEntry['type']> = Extract<ManifestEntry, { type: Type }>;

/** The public keys from outside, by their ids. */
export type Keys = ReadonlyMap<string, KeyObject>;

/** A manifest that is whole and sealed to its end. */
export interface CheckedManifest {
  /** Path of its file. */
  file: string;
  begin: EntryOf<'begin'>;
  /** By their numbers. */
  seals: ReadonlyMap<number, EntryOf<'seal'>>;
  /** In order of arrival. */
  segments: readonly ListedSegment[];
  /** The last one, if the session had an end. */
  ledger: EntryOf<'ledger'> | undefined;
  /** Number of its last entry. */
  entries: number;
}

/** Checks a manifest by itself: its chain, the order of its entries, its seals. @throws {EvidenceFault} */
export async function checkManifest(
  content: AsyncIterable<Uint8Array>,
  file: string,
  keys: Keys,
): Promise<CheckedManifest> {
  const runs = createRunBook(file);
  const seals = new Map<number, EntryOf<'seal'>>();
  let begin: EntryOf<'begin'> | undefined;
  let ledger: EntryOf<'ledger'> | undefined;
  let last: ManifestEntry | undefined;
  const format = { name: 'a manifest', schema: manifestEntry, extent: 'whole' } as const;
  for await (const entry of readLog(content, file, format)) {
    last = entry;
    if (entry.type === 'begin' && begin === undefined && entry.number === 1) begin = entry;
    else if (begin === undefined || entry.type === 'begin') throw misplacedEntry(file, entry);
    else if (entry.type === 'seal') seals.set(entry.number, checkSeal(file, begin, entry, keys));
    else if (entry.type === 'ledger') ledger = entry;
    else runs.enter(begin, entry);
  }
  if (begin === undefined || last === undefined) {
    throw new EvidenceFault('unreadable', { file, entry: 1 }, 'The manifest is empty.');
  }
  if (last.type !== 'seal') {
    const first = Math.max(0, ...seals.keys()) + 1;
    throw new EvidenceFault(
      'unsealed',
      { file, entry: first },
      `No seal covers the entries from ${first} on: the end was cut off, or the session is still being recorded.`,
    );
  }
  return { file, begin, seals, segments: runs.segments(), ledger, entries: last.number };
}

function checkSeal(
  file: string,
  begin: EntryOf<'begin'>,
  seal: EntryOf<'seal'>,
  keys: Keys,
): EntryOf<'seal'> {
  const where = { file, entry: seal.number };
  const key = keys.get(seal.keyId);
  if (key === undefined) {
    throw new EvidenceFault(
      'unknown-key',
      where,
      `The seal is by a key that was not given (${seal.keyId}); recorder ${begin.recorderId} is said to have made it.`,
    );
  }
  const { recorderId, sessionId } = begin;
  const head = { recorderId, sessionId, number: seal.number, previousHash: seal.previousHash };
  if (isHeadSigned(key, head, seal.signature)) return seal;
  throw new EvidenceFault(
    'signature',
    where,
    `The seal ${seal.number} was not made with the key that it names.`,
  );
}

const misplacedEntry = (file: string, { number, type }: ManifestEntry): EvidenceFault =>
  new EvidenceFault(
    'order',
    { file, entry: number },
    `Entry ${number} (${type}) cannot stand there: a manifest begins with "begin", once.`,
  );
