import { ProtocolError, type DeletionClaim, type recorderRequests, type Requester } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { codeOf } from '../store/fileErrors.ts';
import { SessionNotHere } from './deleteSession.ts';
import type { Problems } from './problems.ts';

/** Why it is asked what may go. */
export type PruningCause = { cause: 'retention' } | { cause: 'disk-full'; bytesNeeded: number };

/** Deletes what the sfu gives leave for, and nothing else. */
export interface Pruner {
  /**
   * Asks what may go, and deletes it, after what is being deleted already. Resolves with the bytes that were freed; what
   * failed is a problem, and is tried again the next time.
   */
  prune(cause: PruningCause): Promise<number>;
}

/** What a {@link Pruner} needs. */
export interface PrunerDeps {
  request: Requester<typeof recorderRequests>;
  /** Whether the session is on this disk. If not, its deletion is not begun. */
  isHere: (claim: DeletionClaim) => Promise<boolean>;
  /** Removes the media of a confirmed claim; resolves with the bytes freed. */
  deleteSession: (claim: DeletionClaim) => Promise<number>;
  /** Whether something of the session is being recorded, or was not acknowledged yet: it has to wait then. */
  isBusy: (sessionId: string) => Promise<boolean>;
  problems: Problems;
  logger: Logger;
}

/** Builds a {@link Pruner}. */
export function createPruner(deps: PrunerDeps): Pruner {
  const { request, problems, logger } = deps;
  let last: Promise<unknown> = Promise.resolve();

  /** Undefined: there was no leave any more. */
  const carryOut = async (claim: DeletionClaim): Promise<number | undefined> => {
    const { claimId, sessionId, cause } = claim;
    if (!(await deps.isHere(claim))) throw new SessionNotHere(sessionId);
    try {
      await request('begin-deletion', { claimId });
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== 'unknown-claim') throw error;
      logger.info({ sessionId, claimId }, 'a deletion was withdrawn before it began');
      return undefined;
    }
    const bytes = await deps.deleteSession(claim);
    await request('media-deleted', { claimId, bytes });
    logger.warn({ sessionId, cause, bytes, code: 'media-deleted' }, 'the media of a session was deleted');
    return bytes;
  };

  const prune = async (wanted: PruningCause): Promise<number> => {
    const { claims } = await request('claim-deletions', wanted);
    let freedBytes = 0;
    const failures: string[] = [];
    for (const claim of claims) {
      if (wanted.cause === 'disk-full' && freedBytes >= wanted.bytesNeeded) break;
      if (await deps.isBusy(claim.sessionId)) continue;
      try {
        freedBytes += (await carryOut(claim)) ?? 0;
      } catch (error) {
        const { sessionId } = claim;
        logger.error({ sessionId, err: error, code: 'cleanup-failed' }, 'a session could not be deleted');
        failures.push(error instanceof SessionNotHere ? error.message : `${sessionId}: ${codeOf(error)}.`);
      }
    }
    if (failures.length === 0) problems.clear('cleanup-failed');
    else {
      problems.raise(
        'cleanup-failed',
        `${failures.length} sessions could not be deleted; they will be tried again. ${failures[0] ?? ''}`,
      );
    }
    return freedBytes;
  };

  const pruneVisibly = async (wanted: PruningCause): Promise<number> => {
    try {
      return await prune(wanted);
    } catch (error) {
      logger.error({ ...wanted, err: error, code: 'cleanup-failed' }, 'nothing could be deleted');
      problems.raise(
        'cleanup-failed',
        `The sfu did not say what may be deleted, so nothing is: ${codeOf(error)}.`,
      );
      return 0;
    }
  };

  return {
    prune(wanted) {
      const done = last.then(() => pruneVisibly(wanted));
      last = done;
      return done;
    },
  };
}
