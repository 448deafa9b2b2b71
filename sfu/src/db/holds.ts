import type { Hold, HoldTarget } from '@sightline/shared';
import type { Selectable } from 'kysely';
import { covers } from '../retention/holdCover.ts';
import { lockCompanies } from './companyLock.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** Legal holds. */
export interface HoldsRepository {
  /**
   * Places it, and withdraws the claims on what it covers, in one transaction. Resolves with the sessions that it covers
   * and whose deletion has begun: for these it came too late.
   */
  place(hold: Hold): Promise<string[]>;
  /** The newest first, released ones too. */
  list(companyId: string): Promise<Hold[]>;
  /** Undefined: the company has no such hold, or it is released already. */
  release(
    companyId: string,
    holdId: string,
    release: NonNullable<Hold['released']>,
  ): Promise<Hold | undefined>;
}

/** The {@link HoldsRepository} on a database. */
export function createHoldsRepository(database: Database): HoldsRepository {
  return {
    place: (hold) =>
      database.transaction().execute(async (transaction) => {
        await lockCompanies(transaction, [hold.companyId]);
        await transaction.insertInto('holds').values(toRow(hold)).execute();
        const met = (await openClaims(transaction, hold.companyId)).filter((claim) => covers(hold, claim));
        const untouched = met.filter(({ begunAtMs }) => begunAtMs === null);
        await withdrawClaims(
          transaction,
          untouched.map(({ claimId }) => claimId),
        );
        const tooLateFor = met.filter(({ begunAtMs }) => begunAtMs !== null);
        return [...new Set(tooLateFor.map(({ sessionId }) => sessionId))];
      }),
    async list(companyId) {
      const rows = await database
        .selectFrom('holds')
        .selectAll()
        .where('company_id', '=', companyId)
        .orderBy('placed_at_ms', 'desc')
        .orderBy('hold_id')
        .execute();
      return rows.map(toHold);
    },
    async release(companyId, holdId, { atMs, by, reason }) {
      const row = await database
        .updateTable('holds')
        .set({
          released_at_ms: atMs,
          released_by: by.accountId,
          released_by_name: by.name,
          release_reason: reason,
        })
        .where('company_id', '=', companyId)
        .where('hold_id', '=', holdId)
        .where('released_at_ms', 'is', null)
        .returningAll()
        .executeTakeFirst();
      return row && toHold(row);
    },
  };
}

/** The holds that stand, of these companies. */
export async function standingHolds(database: Database, companyIds: readonly string[]): Promise<Hold[]> {
  if (companyIds.length === 0) return [];
  const rows = await database
    .selectFrom('holds')
    .selectAll()
    .where('company_id', 'in', companyIds)
    .where('released_at_ms', 'is', null)
    .execute();
  return rows.map(toHold);
}

/** Takes leave back: nothing of it was touched. */
export async function withdrawClaims(transaction: Database, claimIds: readonly string[]): Promise<void> {
  for (const claimId of claimIds)
    await transaction.deleteFrom('deletion_claims').where('claim_id', '=', claimId).execute();
}

async function openClaims(transaction: Database, companyId: string) {
  const rows = await transaction
    .selectFrom('deletion_claims')
    .innerJoin('sessions', 'sessions.session_id', 'deletion_claims.session_id')
    .select([
      'claim_id',
      'begun_at_ms',
      'sessions.session_id',
      'company_id',
      'user_id',
      'started_at_ms',
      'ended_at_ms',
    ])
    .where('company_id', '=', companyId)
    .where('deleted_at_ms', 'is', null)
    .execute();
  return rows.map((row) => ({
    claimId: row.claim_id,
    begunAtMs: row.begun_at_ms,
    sessionId: row.session_id,
    companyId: row.company_id,
    userId: row.user_id,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
  }));
}

function toRow({ target, released, placedBy, ...hold }: Hold): Schema['holds'] {
  const range = target.kind === 'session' ? { fromMs: null, toMs: null } : target;
  return {
    hold_id: hold.holdId,
    company_id: hold.companyId,
    session_id: target.kind === 'session' ? target.sessionId : null,
    user_id: target.kind === 'user' ? target.userId : null,
    from_ms: range.fromMs,
    to_ms: range.toMs,
    reason: hold.reason,
    placed_by: placedBy.accountId,
    placed_by_name: placedBy.name,
    placed_at_ms: hold.placedAtMs,
    released_at_ms: released?.atMs ?? null,
    released_by: released?.by.accountId ?? null,
    released_by_name: released?.by.name ?? null,
    release_reason: released?.reason ?? null,
  };
}

function toHold(row: Selectable<Schema['holds']>): Hold {
  return {
    holdId: row.hold_id,
    companyId: row.company_id,
    target: toTarget(row),
    reason: row.reason,
    placedBy: { accountId: row.placed_by, name: row.placed_by_name },
    placedAtMs: row.placed_at_ms,
    released:
      row.released_at_ms === null
        ? null
        : {
            atMs: row.released_at_ms,
            by: { accountId: row.released_by ?? '', name: row.released_by_name ?? '' },
            reason: row.release_reason ?? '',
          },
  };
}

function toTarget(row: Selectable<Schema['holds']>): HoldTarget {
  const { session_id: sessionId, user_id: userId, from_ms: fromMs, to_ms: toMs } = row;
  if (sessionId !== null) return { kind: 'session', sessionId };
  return userId === null ? { kind: 'company', fromMs, toMs } : { kind: 'user', userId, fromMs, toMs };
}
