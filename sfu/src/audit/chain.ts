import { NO_HASH, type AuditEntry } from '@sightline/shared';
import { chainEntry, findLinkFault, type LinkFault } from '@sightline/shared/node';

/** Something that happened, before it has its place in a chain. */
export type AuditEvent = Omit<AuditEntry, 'number' | 'previousHash' | 'hash'>;

/** Why an entry does not belong where it is. */
export type ChainFault = LinkFault | 'company';

/** What {@link verifyChain} finds: either the chain's end, or the first entry that is wrong. */
export type ChainVerdict =
  | { ok: true; entries: number; headHash: string }
  | { ok: false; /** Position among the entries given, from 1. */ position: number; fault: ChainFault };

/** Puts events at the end of a chain. All must be of the chain's company. */
export function chainOn(last: AuditEntry | undefined, events: readonly AuditEvent[]): AuditEntry[] {
  let previous = last;
  return events.map((event) => (previous = chainEntry(previous, event)));
}

/** What is wrong with an entry that is said to follow `last`; undefined: nothing. */
export function findFault(last: AuditEntry | undefined, entry: AuditEntry): ChainFault | undefined {
  const fault = findLinkFault(last, entry);
  if (fault !== 'number' && last !== undefined && entry.companyId !== last.companyId) return 'company';
  return fault;
}

/**
 * Recomputes a whole chain, the oldest entry first. Any change, removal, swap or insertion shows, except that
 * of entries at the very end: for that the head has to be known from elsewhere.
 */
export function verifyChain(entries: Iterable<AuditEntry>): ChainVerdict {
  let last: AuditEntry | undefined;
  let position = 0;
  for (const entry of entries) {
    position += 1;
    const fault = findFault(last, entry);
    if (fault !== undefined) return { ok: false, position, fault };
    last = entry;
  }
  return { ok: true, entries: position, headHash: last?.hash ?? NO_HASH };
}
