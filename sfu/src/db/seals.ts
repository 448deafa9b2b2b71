import type { CompanyLogEntry } from '@sightline/shared';
import { chainEntry } from '@sightline/shared/node';
import { isUniqueViolation, retryWhile } from './conflicts.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** A seal as a recorder reports it. */
export type ReportedSeal = Omit<CompanyLogEntry, 'number' | 'previousHash' | 'hash'>;

/** The companies' logs of seals. Nothing here changes or deletes an entry. */
export interface SealsRepository {
  /**
   * Appends one seal to its company's chain, in one transaction; a seal that is there already stays as it is, and `conflict`
   * says that it was another one. `unknown-session`: the company has no such session on record.
   */
  append(seal: ReportedSeal): Promise<'in-log' | 'conflict' | 'unknown-session'>;
  /** From `afterNumber` on, the oldest first, at most `limit`. */
  read(companyId: string, afterNumber: number, limit: number): Promise<CompanyLogEntry[]>;
  /** The last seal of each of these sessions by each of its recorders' keys, by number: so all these keys are on record. */
  lastOfSessions(companyId: string, sessionIds: readonly string[]): Promise<CompanyLogEntry[]>;
  /** The number of a company's last entry; 0: its log is empty. */
  lastNumber(companyId: string): Promise<number>;
}

/** The {@link SealsRepository} on a database. */
export function createSealsRepository(database: Database): SealsRepository {
  const lastOf = (db: Pick<Database, 'selectFrom'>, companyId: string) =>
    db
      .selectFrom('company_seals')
      .selectAll()
      .where('company_id', '=', companyId)
      .orderBy('entry_number', 'desc')
      .limit(1)
      .executeTakeFirst();

  return {
    append: (seal) =>
      // The other server's entry has the number that ours was to get, or is this very seal.
      retryWhile(isUniqueViolation, () =>
        database.transaction().execute(async (transaction) => {
          const session = await transaction
            .selectFrom('sessions')
            .select('company_id')
            .where('session_id', '=', seal.sessionId)
            .executeTakeFirst();
          if (session?.company_id !== seal.companyId) return 'unknown-session';
          const known = await transaction
            .selectFrom('company_seals')
            .select(['sealed_hash', 'key_id'])
            .where('session_id', '=', seal.sessionId)
            .where('recorder_id', '=', seal.recorderId)
            .where('seal_number', '=', seal.sealNumber)
            .executeTakeFirst();
          if (known !== undefined) return known.sealed_hash === seal.sealedHash ? 'in-log' : 'conflict';
          const last = await lastOf(transaction, seal.companyId);
          const entry = chainEntry(last && toEntry(last), seal);
          await transaction.insertInto('company_seals').values(toRow(entry)).execute();
          return 'in-log';
        }),
      ),
    async read(companyId, afterNumber, limit) {
      const rows = await database
        .selectFrom('company_seals')
        .selectAll()
        .where('company_id', '=', companyId)
        .where('entry_number', '>', afterNumber)
        .orderBy('entry_number')
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },
    async lastOfSessions(companyId, sessionIds) {
      const last = new Map<string, CompanyLogEntry>();
      // Session by session: each is a look into an index, and a statement binds only so many values.
      for (const sessionId of sessionIds) {
        const rows = await database
          .selectFrom('company_seals')
          .selectAll()
          .where('company_id', '=', companyId)
          .where('session_id', '=', sessionId)
          .orderBy('entry_number')
          .execute();
        for (const entry of rows.map(toEntry)) {
          const key = JSON.stringify([entry.sessionId, entry.recorderId, entry.keyId]);
          if (entry.sealNumber > (last.get(key)?.sealNumber ?? 0)) last.set(key, entry);
        }
      }
      return [...last.values()].sort((one, other) => one.number - other.number);
    },
    lastNumber: async (companyId) => (await lastOf(database, companyId))?.entry_number ?? 0,
  };
}

const toEntry = (row: Schema['company_seals']): CompanyLogEntry => ({
  number: row.entry_number,
  companyId: row.company_id,
  atMs: row.at_ms,
  recorderId: row.recorder_id,
  sessionId: row.session_id,
  sealNumber: row.seal_number,
  sealedHash: row.sealed_hash,
  keyId: row.key_id,
  signature: row.signature,
  previousHash: row.previous_hash,
  hash: row.hash,
});

const toRow = (entry: CompanyLogEntry): Schema['company_seals'] => ({
  company_id: entry.companyId,
  entry_number: entry.number,
  at_ms: entry.atMs,
  recorder_id: entry.recorderId,
  session_id: entry.sessionId,
  seal_number: entry.sealNumber,
  sealed_hash: entry.sealedHash,
  key_id: entry.keyId,
  signature: entry.signature,
  previous_hash: entry.previousHash,
  hash: entry.hash,
});
