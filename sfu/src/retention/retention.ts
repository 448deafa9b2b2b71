import { ProtocolError, type Clock, type DeletionClaim } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { SERVER_ACTOR } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { DeletionsRepository } from '../db/deletions.ts';
import { planDeletions, type PruningCause } from './plan.ts';

/** Gives recorders leave to delete: what retention and holds allow, and nothing else. */
export interface RetentionKeeper {
  /** What the recorder may ask to begin with, the oldest first. */
  claim(recorderId: string, pruning: PruningCause): Promise<DeletionClaim[]>;
  /** @throws {ProtocolError} `unknown-claim`: nothing of it may be touched. */
  begin(recorderId: string, claimId: string): Promise<void>;
  /** Puts a deletion on record. @throws {ProtocolError} `unknown-claim`: it was never confirmed. */
  deleted(recorderId: string, claimId: string, bytes: number): Promise<void>;
}

/** Builds a {@link RetentionKeeper}. */
export function createRetentionKeeper(deps: {
  deletions: DeletionsRepository;
  auditLog: Pick<AuditLog, 'record'>;
  clock: Clock;
  logger: Logger;
}): RetentionKeeper {
  const { deletions, auditLog, clock, logger } = deps;
  return {
    async claim(recorderId, pruning) {
      const nowMs = clock.nowMs();
      const claims = await deletions.claim({
        recorderId,
        nowMs,
        concerns: ({ maxAgeMs, maxBytes }) =>
          pruning.cause === 'disk-full' || maxAgeMs !== null || maxBytes !== null,
        causes: pruning.cause === 'disk-full' ? ['disk-full'] : ['retention-age', 'retention-bytes'],
        plan: (companies) => planDeletions(companies, pruning, recorderId, nowMs),
      });
      if (claims.length > 0)
        logger.info({ recorderId, ...pruning, claims: claims.length }, 'a recorder may delete sessions');
      return claims;
    },
    async begin(recorderId, claimId) {
      const claim = await deletions.begin(claimId, recorderId, clock.nowMs());
      if (claim === undefined) throw unknownClaim();
    },
    async deleted(recorderId, claimId, bytes) {
      const found = await deletions.findBegun(claimId, recorderId);
      if (found === undefined) throw unknownClaim();
      if (found.done) return;
      const { companyId, sessionId, userId, cause } = found.claim;
      // First the audit log: said twice after a crash is better than never.
      await auditLog.record({
        companyId,
        action: 'media-deleted',
        actor: SERVER_ACTOR,
        address: null,
        details: { sessionId, userId, recorderId, cause, bytes, claimId },
      });
      await deletions.done(claimId, recorderId, bytes, clock.nowMs());
      logger.info({ recorderId, sessionId, cause, bytes, code: 'media-deleted' }, 'a recording was deleted');
    },
  };
}

const unknownClaim = (): ProtocolError =>
  new ProtocolError(
    'unknown-claim',
    'There is no such leave to delete: it was withdrawn, for instance by a hold. Delete nothing, and ask again what may go.',
  );
