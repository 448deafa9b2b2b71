import { randomUUID } from 'node:crypto';
import type { DeletionCause, DeletionClaim, Hold, Retention } from '@sightline/shared';
import { isHeld } from '../retention/holdCover.ts';
import { findClaim, listClaims } from './claims.ts';
import { lockCompanies } from './companyLock.ts';
import type { Database } from './database.ts';
import { standingHolds, withdrawClaims } from './holds.ts';
import { readMediaSizes } from './mediaSizes.ts';
import { toCompany } from './organisation.ts';
import { awaitedSessions, companiesToPrune } from './pruning.ts';

/** What decides whether the media of a session may go. */
export interface SessionToKeep {
  sessionId: string;
  companyId: string;
  userId: string;
  startedAtMs: number;
  /** Null: it runs. */
  endedAtMs: number | null;
  /** What is still there of it, by recorder. */
  bytesAt: ReadonlyMap<string, number>;
  /** Pieces that agents still have to upload: it is not complete yet. */
  awaited: boolean;
}

/** Everything that the plan of deletions of one company depends on. */
export interface CompanyToPrune {
  companyId: string;
  retention: Retention;
  /** Those that stand. */
  holds: readonly Hold[];
  /** The oldest first. */
  sessions: readonly SessionToKeep[];
}

/** A choice of what to delete, made by a pure function of what the transaction read. */
export type DeletionPlan = readonly { sessionId: string; recorderId: string; cause: DeletionCause }[];

/** Who asks what to delete, and how it is chosen. */
export interface Pruning {
  recorderId: string;
  nowMs: number;
  /** Companies that cannot lose anything are not looked at. */
  concerns: (retention: Retention) => boolean;
  /** Claims for these causes that it does not choose any more are withdrawn. */
  causes: readonly DeletionCause[];
  plan: (companies: readonly CompanyToPrune[]) => DeletionPlan;
}

/**
 * Claims on media that is to be deleted. Holds and claims are written in transactions that exclude each other: nothing
 * that is held is claimed, and a hold withdraws the claims that it meets, unless their deletion has begun.
 */
export interface DeletionsRepository {
  /**
   * Lets the plan choose, and enters the claims, in one transaction that no hold can slip into. Resolves with all of this
   * recorder that were not reported deleted, the oldest first.
   */
  claim(pruning: Pruning): Promise<DeletionClaim[]>;
  /** Confirms a claim: its media may be touched now. May be said again. Undefined: it was withdrawn, or never was. */
  begin(claimId: string, recorderId: string, atMs: number): Promise<DeletionClaim | undefined>;
  /** A claim that was confirmed, and whether its media was reported deleted. */
  findBegun(
    claimId: string,
    recorderId: string,
  ): Promise<{ claim: DeletionClaim; done: boolean } | undefined>;
  /** Marks the segments of a claim that was confirmed as deleted; the first report counts. */
  done(claimId: string, recorderId: string, bytes: number, atMs: number): Promise<void>;
}

/** The {@link DeletionsRepository} on a database. */
export function createDeletionsRepository(database: Database): DeletionsRepository {
  return {
    async claim({ recorderId, nowMs, concerns, causes, plan }) {
      const companies = await database.selectFrom('companies').selectAll().execute();
      const concerned = companies.map(toCompany).filter(({ retention }) => concerns(retention));
      const companyIds = concerned.map(({ companyId }) => companyId);
      // Sizes only decide how much goes, never what may: they need not be of the same moment.
      const sizes = await readMediaSizes(database, companyIds);
      return database.transaction().execute(async (transaction) => {
        await lockCompanies(transaction, companyIds);
        const chosen = plan(await companiesToPrune(transaction, companyIds, sizes, nowMs));
        await putClaims(transaction, chosen, { recorderId, nowMs, causes });
        return listClaims(transaction, recorderId);
      });
    },
    begin: (claimId, recorderId, atMs) =>
      database.transaction().execute(async (transaction) => {
        const found = await findClaim(transaction, claimId, recorderId);
        if (found === undefined || found.deletedAtMs !== null) return undefined;
        await lockCompanies(transaction, [found.claim.companyId]);
        // Read again: the lock may have been held by a hold.
        const current = await findClaim(transaction, claimId, recorderId);
        if (current === undefined) return undefined;
        if (current.begunAtMs !== null) return current.claim;
        if (!(await mayBegin(transaction, current.claim, atMs))) {
          await withdrawClaims(transaction, [claimId]);
          return undefined;
        }
        await transaction
          .updateTable('deletion_claims')
          .set({ begun_at_ms: atMs })
          .where('claim_id', '=', claimId)
          .execute();
        return current.claim;
      }),
    async findBegun(claimId, recorderId) {
      const found = await findClaim(database, claimId, recorderId);
      if (found === undefined || found.begunAtMs === null) return undefined;
      return { claim: found.claim, done: found.deletedAtMs !== null };
    },
    done: (claimId, recorderId, bytes, atMs) =>
      database.transaction().execute(async (transaction) => {
        const closed = await transaction
          .updateTable('deletion_claims')
          .set({ deleted_at_ms: atMs, deleted_bytes: bytes })
          .where('claim_id', '=', claimId)
          .where('recorder_id', '=', recorderId)
          .where('begun_at_ms', 'is not', null)
          .where('deleted_at_ms', 'is', null)
          .returning('session_id')
          .executeTakeFirst();
        if (closed === undefined) return;
        await transaction
          .updateTable('segments')
          .set({ deleted_at_ms: atMs })
          .where('deleted_at_ms', 'is', null)
          .where('run_id', 'in', (runs) =>
            runs
              .selectFrom('runs')
              .select('run_id')
              .where('session_id', '=', closed.session_id)
              .where('recorder_id', '=', recorderId),
          )
          .execute();
      }),
  };
}

async function putClaims(
  transaction: Database,
  chosen: DeletionPlan,
  { recorderId, nowMs, causes }: Pick<Pruning, 'recorderId' | 'nowMs' | 'causes'>,
): Promise<void> {
  const open = await transaction
    .selectFrom('deletion_claims')
    .selectAll()
    .where('recorder_id', '=', recorderId)
    .where('deleted_at_ms', 'is', null)
    .execute();
  const wanted = new Set(chosen.map(({ sessionId }) => sessionId));
  const outdated = open.filter(
    (row) => row.begun_at_ms === null && causes.includes(row.cause) && !wanted.has(row.session_id),
  );
  await withdrawClaims(
    transaction,
    outdated.map((row) => row.claim_id),
  );
  const known = new Set(open.map((row) => row.session_id));
  for (const { sessionId, cause } of chosen) {
    if (known.has(sessionId)) continue;
    await transaction
      .insertInto('deletion_claims')
      .values({
        claim_id: randomUUID(),
        session_id: sessionId,
        recorder_id: recorderId,
        cause,
        claimed_at_ms: nowMs,
        begun_at_ms: null,
        deleted_at_ms: null,
        deleted_bytes: null,
      })
      .execute();
  }
}

async function mayBegin(transaction: Database, claim: DeletionClaim, nowMs: number): Promise<boolean> {
  const session = await transaction
    .selectFrom('sessions')
    .select('ended_at_ms')
    .where('session_id', '=', claim.sessionId)
    .executeTakeFirst();
  if (session === undefined || session.ended_at_ms === null) return false;
  if ((await awaitedSessions(transaction, nowMs)).has(claim.sessionId)) return false;
  const holds = await standingHolds(transaction, [claim.companyId]);
  const { sessionStartedAtMs: startedAtMs, ...place } = claim;
  return !isHeld({ ...place, startedAtMs, endedAtMs: session.ended_at_ms }, holds);
}
