import { inBatches } from './batches.ts';
import type { CompanyToPrune } from './deletions.ts';
import type { Database } from './database.ts';
import { standingHolds } from './holds.ts';
import type { MediaSizes } from './mediaSizes.ts';
import { toCompany } from './organisation.ts';
import { PIECE_AWAITED_MS } from './pieces.ts';

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
  const sessions = await sessionsToPrune(transaction, companyIds, [...sizes.keys()]);
  const awaited = await awaitedSessions(transaction, nowMs);
  return companies.map(toCompany).map(({ companyId, retention }) => ({
    companyId,
    retention,
    holds: holds.filter((hold) => hold.companyId === companyId),
    sessions: (sessions.get(companyId) ?? []).map((row) => ({
      sessionId: row.session_id,
      companyId,
      userId: row.user_id,
      startedAtMs: row.started_at_ms,
      endedAtMs: row.ended_at_ms,
      bytesAt: sizes.get(row.session_id) ?? new Map(),
      awaited: awaited.has(row.session_id),
    })),
  }));
}

/** By company, the oldest first. Only those with media: sessions stay on record for ever. */
async function sessionsToPrune(
  transaction: Database,
  companyIds: readonly string[],
  sessionIds: readonly string[],
) {
  const found = [];
  for (const batch of inBatches(sessionIds, 2)) {
    found.push(
      ...(await transaction
        .selectFrom('sessions')
        .select(['session_id', 'company_id', 'user_id', 'started_at_ms', 'ended_at_ms'])
        .where('session_id', 'in', batch)
        .where('company_id', 'in', companyIds)
        .execute()),
    );
  }
  found.sort((a, b) => a.started_at_ms - b.started_at_ms || (a.session_id < b.session_id ? -1 : 1));
  return Map.groupBy(found, (row) => row.company_id);
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
