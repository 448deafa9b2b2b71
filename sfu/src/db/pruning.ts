import type { CompanyToPrune } from './deletions.ts';
import type { Database } from './database.ts';
import { standingHolds } from './holds.ts';
import type { MediaSizes } from './mediaSizes.ts';
import { toCompany } from './organisation.ts';

/** An agent that has not uploaded a piece after this will not do so any more. */
const PIECE_AWAITED_MS = 30 * 86_400_000;

/** What the plan of deletions depends on, read within the transaction that enters its claims. */
export async function companiesToPrune(
  transaction: Database,
  companyIds: readonly string[],
  sizes: MediaSizes,
  nowMs: number,
): Promise<CompanyToPrune[]> {
  if (companyIds.length === 0) return [];
  const companies = await transaction
    .selectFrom('companies')
    .selectAll()
    .where('company_id', 'in', companyIds)
    .execute();
  const holds = await standingHolds(transaction, companyIds);
  const sessions = await transaction
    .selectFrom('sessions')
    .select(['session_id', 'company_id', 'user_id', 'started_at_ms', 'ended_at_ms'])
    .where('company_id', 'in', companyIds)
    .orderBy('started_at_ms')
    .orderBy('session_id')
    .execute();
  const awaited = await awaitedSessions(transaction, nowMs);
  return companies.map(toCompany).map(({ companyId, retention }) => ({
    companyId,
    retention,
    holds: holds.filter((hold) => hold.companyId === companyId),
    sessions: sessions.flatMap((row) => {
      const bytesAt = sizes.get(row.session_id);
      if (row.company_id !== companyId || bytesAt === undefined) return [];
      return {
        sessionId: row.session_id,
        companyId,
        userId: row.user_id,
        startedAtMs: row.started_at_ms,
        endedAtMs: row.ended_at_ms,
        bytesAt,
        awaited: awaited.has(row.session_id),
      };
    }),
  }));
}

/** The sessions for which agents have something to upload. */
export async function awaitedSessions(transaction: Database, nowMs: number): Promise<Set<string>> {
  const rows = await transaction
    .selectFrom('pieces')
    .select('session_id')
    .distinct()
    .where('state', 'in', ['offered', 'uploaded'])
    .where('changed_at_ms', '>', nowMs - PIECE_AWAITED_MS)
    .execute();
  return new Set(rows.map((row) => row.session_id));
}
