import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../../codecs/canonicalJson.ts';
import { NO_HASH } from '../../evidence/digest.ts';

/** What ties an entry to its place in a log. */
export type ChainLink = {
  /** Position in the log, from 1, without holes. */
  number: number;
  /** Hash of the entry before; {@link NO_HASH} before the first. */
  previousHash: string;
  /** {@link hashOfEntry}. */
  hash: string;
};

/** Why an entry does not belong where it is, in the order in which it is looked at. */
export type LinkFault = 'number' | 'previous-hash' | 'hash';

/** SHA-256, hex, over the canonical JSON (RFC 8785) of an entry without its `hash`. */
export const hashOfEntry = (entry: Json): string =>
  createHash('sha256').update(canonicalJson(entry)).digest('hex');

/** The entry that puts an event at the end of a log; `last`: the log's last entry so far. */
export function chainEntry<Event extends { readonly [key: string]: Json }>(
  last: ChainLink | undefined,
  event: Event,
): Event & ChainLink {
  const linked = { ...event, number: (last?.number ?? 0) + 1, previousHash: last?.hash ?? NO_HASH };
  return { ...linked, hash: hashOfEntry(linked) };
}

/** What is wrong with an entry that is said to follow `last`; undefined: nothing. */
export function findLinkFault(
  last: ChainLink | undefined,
  entry: ChainLink & { readonly [key: string]: Json },
): LinkFault | undefined {
  const { hash, ...rest } = entry;
  if (entry.number !== (last?.number ?? 0) + 1) return 'number';
  if (entry.previousHash !== (last?.hash ?? NO_HASH)) return 'previous-hash';
  return hash === hashOfEntry(rest) ? undefined : 'hash';
}
