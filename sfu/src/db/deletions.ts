import type { DeletionCause, DeletionClaim, Hold, Retention } from '@sightline/shared';

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

/**
 * Claims on media that is to be deleted. Holds and claims are written in transactions that exclude each other: nothing
 * that is held is claimed, and a hold withdraws the claims that it meets, unless their deletion has begun.
 */
export interface DeletionsRepository {
  /**
   * Reads all companies, lets `plan` choose, and enters the claims, in one transaction that no hold can slip into. Claims
   * of this recorder that were not reported deleted are returned again.
   */
  claim(
    recorderId: string,
    nowMs: number,
    plan: (companies: readonly CompanyToPrune[]) => DeletionPlan,
  ): Promise<DeletionClaim[]>;
  /** Confirms a claim: its media may be touched now. May be said again. Undefined: it was withdrawn, or never was. */
  begin(claimId: string, recorderId: string, atMs: number): Promise<DeletionClaim | undefined>;
  /** Marks the segments of the claim as deleted. Undefined: there is no such claim. */
  done(claimId: string, recorderId: string, bytes: number, atMs: number): Promise<DeletionClaim | undefined>;
}
