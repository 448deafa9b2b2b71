import type { DeletionClaim } from '@sightline/shared';
import type { Database } from './database.ts';

/** What a recorder gets in one answer. */
const CLAIMS_AT_ONCE = 1_000;

/** A claim, and how far it has come. */
export interface StoredClaim {
  claim: DeletionClaim;
  begunAtMs: number | null;
  deletedAtMs: number | null;
}

/** Undefined: the recorder has no such claim. */
export async function findClaim(
  transaction: Database,
  claimId: string,
  recorderId: string,
): Promise<StoredClaim | undefined> {
  const row = await claimRows(transaction)
    .where('claim_id', '=', claimId)
    .where('recorder_id', '=', recorderId)
    .executeTakeFirst();
  return row && { claim: toClaim(row), begunAtMs: row.begun_at_ms, deletedAtMs: row.deleted_at_ms };
}

/** What the recorder has not reported deleted, the oldest first. */
export async function listClaims(transaction: Database, recorderId: string): Promise<DeletionClaim[]> {
  const rows = await claimRows(transaction)
    .where('recorder_id', '=', recorderId)
    .where('deleted_at_ms', 'is', null)
    .orderBy('sessions.started_at_ms')
    .orderBy('claim_id')
    .limit(CLAIMS_AT_ONCE)
    .execute();
  return rows.map(toClaim);
}

function claimRows(transaction: Database) {
  return transaction
    .selectFrom('deletion_claims')
    .innerJoin('sessions', 'sessions.session_id', 'deletion_claims.session_id')
    .selectAll('deletion_claims')
    .select(['sessions.company_id', 'sessions.user_id', 'sessions.started_at_ms']);
}

type ClaimRow = Awaited<ReturnType<ReturnType<typeof claimRows>['execute']>>[number];

const toClaim = (row: ClaimRow): DeletionClaim => ({
  claimId: row.claim_id,
  companyId: row.company_id,
  userId: row.user_id,
  sessionId: row.session_id,
  sessionStartedAtMs: row.started_at_ms,
  cause: row.cause,
});
