import { auditEntry, type AuditAction, type AuditEntry } from '@sightline/shared';
import { inBatches } from './batches.ts';
import { isUniqueViolation, retryWhile } from './conflicts.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** Which entries are wanted. `companyId` null: the chain of no company. */
export interface AuditFilter {
  companyId: string | null;
  fromMs?: number;
  toMs?: number;
  action?: AuditAction;
  actorId?: string;
  beforeNumber?: number;
  limit: number;
}

/** The audit log on disk. Nothing here changes or deletes an entry. */
export interface AuditRepository {
  /** Appends to one chain, in one transaction: `complete` gets the last entry of the chain and returns the entries that follow it. Two servers may try at once: one of them is asked to complete again. */
  append(
    companyId: string | null,
    complete: (last: AuditEntry | undefined) => readonly AuditEntry[],
  ): Promise<readonly AuditEntry[]>;
  /** The newest first. */
  list(filter: AuditFilter): Promise<AuditEntry[]>;
  /** All of a chain from `afterNumber` on, the oldest first, at most `limit`: for export and verification. */
  read(companyId: string | null, afterNumber: number, limit: number): Promise<AuditEntry[]>;
}

/** The chain of what belongs to no company. */
const NO_COMPANY = '';

/** The {@link AuditRepository} on a database. */
export function createAuditRepository(database: Database): AuditRepository {
  return {
    append: (companyId, complete) =>
      // The other server's entry has the number that ours was to get.
      retryWhile(isUniqueViolation, () =>
        database.transaction().execute(async (transaction) => {
          const last = await transaction
            .selectFrom('audit_entries')
            .selectAll()
            .where('chain', '=', companyId ?? NO_COMPANY)
            .orderBy('entry_number', 'desc')
            .limit(1)
            .executeTakeFirst();
          const entries = complete(last && toEntry(last));
          refuseHoles(companyId, last?.entry_number ?? 0, entries);
          for (const batch of inBatches(entries, 11))
            await transaction.insertInto('audit_entries').values(batch.map(toRow)).execute();
          return entries;
        }),
      ),
    async list({ companyId, fromMs, toMs, action, actorId, beforeNumber, limit }) {
      const rows = await database
        .selectFrom('audit_entries')
        .selectAll()
        .where('chain', '=', companyId ?? NO_COMPANY)
        .where((row) =>
          row.and([
            ...(fromMs === undefined ? [] : [row('at_ms', '>=', fromMs)]),
            ...(toMs === undefined ? [] : [row('at_ms', '<=', toMs)]),
            ...(action === undefined ? [] : [row('action', '=', action)]),
            ...(actorId === undefined ? [] : [row('actor_id', '=', actorId)]),
            ...(beforeNumber === undefined ? [] : [row('entry_number', '<', beforeNumber)]),
          ]),
        )
        .orderBy('entry_number', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },
    async read(companyId, afterNumber, limit) {
      const rows = await database
        .selectFrom('audit_entries')
        .selectAll()
        .where('chain', '=', companyId ?? NO_COMPANY)
        .where('entry_number', '>', afterNumber)
        .orderBy('entry_number')
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },
  };
}

function refuseHoles(companyId: string | null, last: number, entries: readonly AuditEntry[]): void {
  const misplaced = entries.find(
    (entry, index) => entry.number !== last + 1 + index || entry.companyId !== companyId,
  );
  if (misplaced !== undefined)
    throw new RangeError(`Entry ${misplaced.number} does not continue the chain, which ends with ${last}.`);
}

function toRow(entry: AuditEntry): Schema['audit_entries'] {
  return {
    chain: entry.companyId ?? NO_COMPANY,
    entry_number: entry.number,
    at_ms: entry.atMs,
    action: entry.action,
    actor_kind: entry.actor.kind,
    actor_id: entry.actor.id,
    actor_name: entry.actor.name,
    address: entry.address,
    details: JSON.stringify(entry.details),
    previous_hash: entry.previousHash,
    hash: entry.hash,
  };
}

function toEntry(row: Schema['audit_entries']): AuditEntry {
  return {
    number: row.entry_number,
    companyId: row.chain === NO_COMPANY ? null : row.chain,
    atMs: row.at_ms,
    action: row.action,
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    address: row.address,
    details: auditEntry.shape.details.parse(JSON.parse(row.details)),
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
