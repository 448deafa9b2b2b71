import { ProtocolError } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { SERVER_ACTOR } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type {
  Differences,
  DiskReport,
  FoundSession,
  ReconciliationRepository,
} from '../db/reconciliation.ts';

/** Keeps the record and the recorders' disks together. */
export interface Reconciliation {
  compare(report: DiskReport): Promise<Differences>;
  /** Enters what a recorder found on its disk. @throws {ProtocolError} `unknown-session`: it fits nothing on record. */
  enter(recorderId: string, found: FoundSession): Promise<void>;
  /** Takes off the record what is not on disk any more. @throws {ProtocolError} `unknown-run` */
  drop(recorderId: string, runId: string, onDisk: readonly number[]): Promise<number>;
}

/** Builds the {@link Reconciliation}. */
export function createReconciliation(deps: {
  repository: ReconciliationRepository;
  auditLog: Pick<AuditLog, 'record'>;
  logger: Logger;
}): Reconciliation {
  const { repository, auditLog, logger } = deps;
  const record = (companyId: string, details: Record<string, string | number>) =>
    auditLog.record({
      companyId,
      action: 'recording-reindexed',
      actor: SERVER_ACTOR,
      address: null,
      details,
    });
  return {
    async compare(report) {
      const differences = await repository.compare(report);
      const { announceAgain, unknownSessions, missing } = differences;
      if (announceAgain.length + unknownSessions.length + missing.length > 0) {
        const { recorderId } = report;
        logger.warn(
          { recorderId, ...differences, code: 'reconciliation' },
          'what a recorder has differs from what is on record',
        );
      }
      return differences;
    },
    async enter(recorderId, found) {
      const { companyId, sessionId, userId, runs } = found;
      const outcome = await repository.enter(recorderId, found);
      if (outcome === 'unknown-company') {
        throw new ProtocolError(
          'unknown-session',
          `Session ${sessionId} belongs to company ${companyId}, which is not on record; restore the database of its sfu.`,
        );
      }
      if (outcome === 'other-session') {
        throw new ProtocolError(
          'unknown-session',
          `Session ${sessionId} is on record for another user or another time; the folder is not where it was recorded.`,
        );
      }
      await record(companyId, { sessionId, userId, recorderId, entered: runs.length });
    },
    async drop(recorderId, runId, onDisk) {
      const outcome = await repository.drop(recorderId, runId, onDisk);
      if (outcome === undefined)
        throw new ProtocolError('unknown-run', 'This recorder has no such run on record.');
      const { companyId, sessionId, dropped } = outcome;
      if (dropped > 0) await record(companyId, { sessionId, runId, recorderId, dropped });
      return dropped;
    },
  };
}
