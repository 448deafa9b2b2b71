import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { AuditLog } from '../audit/auditLog.ts';
import type { Repositories } from '../db/repositories.ts';
import type { MediaHolds } from '../retention/mediaHolds.ts';
import { createHealedPieces, type HealedPieces } from './healedPieces.ts';
import { createPieceOffers, type PieceOffers } from './pieceOffers.ts';
import { createUploadGrants, type UploadRecorder } from './uploadGrants.ts';

/** Puts what agents recorded themselves where the recording misses it. */
export interface Healing {
  /** For agents. */
  readonly offers: PieceOffers;
  /** For recorders. */
  readonly pieces: HealedPieces;
}

/** Builds the {@link Healing}. */
export function createHealing(deps: {
  repositories: Pick<Repositories, 'healing' | 'pieces' | 'recordings'>;
  recorders: { find(recorderId: string): UploadRecorder | undefined; pick(): UploadRecorder | undefined };
  recorderSecret: string;
  /** See `Ledgers`. */
  ledgers: { sessionLedgerClosed(sessionId: string): void };
  /** See {@link MediaHolds}. */
  mediaHolds: Pick<MediaHolds, 'mediaExpected'>;
  auditLog: AuditLog;
  clock: Clock;
  logger: Logger;
}): Healing {
  const { repositories, auditLog, clock, logger } = deps;
  const closeAgain = (sessionId: string): void => deps.ledgers.sessionLedgerClosed(sessionId);
  const common = { ...repositories, closeAgain, clock, logger };
  return {
    offers: createPieceOffers({ ...common, grants: createUploadGrants(deps) }),
    pieces: createHealedPieces({
      ...common,
      mediaExpected: (sessionId, recorderId) => deps.mediaHolds.mediaExpected(sessionId, recorderId),
      auditLog,
    }),
  };
}
