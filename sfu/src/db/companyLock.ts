import type { Database } from './database.ts';

/**
 * Keeps every other transaction that locks one of these companies waiting until this one ends. On SQLite a transaction
 * that writes is alone anyway.
 */
export async function lockCompanies(transaction: Database, companyIds: readonly string[]): Promise<void> {
  // In one order everywhere, so that two of them cannot wait for each other; a row that is updated is locked on PostgreSQL.
  for (const companyId of companyIds.toSorted()) {
    await transaction
      .updateTable('companies')
      .set((update) => ({ name: update.ref('name') }))
      .where('company_id', '=', companyId)
      .execute();
  }
}
