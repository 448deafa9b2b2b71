import { ProtocolError, type Clock, type Interval } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { SERVER_ACTOR } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { HealingRepository, HealingTarget } from '../db/healing.ts';
import type { PiecesRepository, StoredPiece } from '../db/pieces.ts';
import type { RecordingsRepository } from '../db/recordings.ts';
import { findGaps, isUnsettled } from './gaps.ts';

/** What a recorder has made of a piece. */
export interface PieceOutcome {
  outcome: 'healed' | 'not-needed' | 'unusable';
  message: string;
}

/** Tells recorders what of a piece is missing, and keeps what became of it. */
export interface HealedPieces {
  /**
   * A recorder has all of a piece: says which parts of it are missing; null as long as that is not known.
   *
   * @throws {ProtocolError} `unknown-piece` if it is not, or no longer, this recorder's to heal
   */
  uploaded(recorderId: string, pieceId: string): Promise<Interval[] | null>;
  /** A recorder is done with a piece. May be said again. @throws {ProtocolError} `unknown-piece` */
  finished(recorderId: string, pieceId: string, outcome: PieceOutcome): Promise<void>;
}

/** What {@link createHealedPieces} needs. */
export interface HealedPiecesDeps {
  healing: HealingRepository;
  pieces: PiecesRepository;
  recordings: Pick<RecordingsRepository, 'endRun'>;
  auditLog: AuditLog;
  /** A recorder is going to have media of a session. */
  mediaExpected: (sessionId: string, recorderId: string) => void;
  /** Enters the ledger of a session that has ended into its manifests again. */
  closeAgain: (sessionId: string) => void;
  clock: Clock;
  logger: Logger;
}

/** Builds the {@link HealedPieces}. */
export function createHealedPieces(deps: HealedPiecesDeps): HealedPieces {
  const { healing, pieces, clock } = deps;
  const finishing = new Map<string, Promise<void>>();

  const find = async (
    recorderId: string,
    pieceId: string,
  ): Promise<{ piece: StoredPiece; session: HealingTarget }> => {
    const piece = await pieces.find(pieceId);
    const session = piece && (await healing.findTarget(piece.sessionId));
    if (piece?.recorderId !== recorderId || session === undefined)
      throw new ProtocolError('unknown-piece', 'This piece is not this recorder’s to heal; drop it.');
    return { piece, session };
  };

  const finish = async (recorderId: string, pieceId: string, outcome: PieceOutcome): Promise<void> => {
    const { piece, session } = await find(recorderId, pieceId);
    if (piece.state === 'offered' || piece.state === 'uploaded') await enter(piece, session, outcome);
    // Said again although it is on record: nobody knows how far it came the last time.
    if (session.endedAtMs !== null) deps.closeAgain(session.sessionId);
  };

  const enter = async (
    piece: StoredPiece,
    { companyId, sessionId }: HealingTarget,
    { outcome, message }: PieceOutcome,
  ): Promise<void> => {
    const { pieceId, trackId } = piece;
    const healed = (await healing.listStretches(sessionId, trackId)).find(({ runId }) => runId === pieceId);
    const segments = healed?.segments ?? [];
    await deps.recordings.endRun(pieceId, segments.at(-1)?.toMs ?? piece.fromMs, 'stopped');
    if (outcome === 'healed') {
      const healedMs = segments.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
      await deps.auditLog.record({
        companyId,
        action: 'recording-healed',
        actor: SERVER_ACTOR,
        address: null,
        details: { sessionId, trackId, pieceId, deviceId: piece.deviceId, healedMs },
      });
    }
    await pieces.change(pieceId, outcome, message.slice(0, 2_000), clock.nowMs());
    const level = outcome === 'unusable' ? 'error' : 'info';
    deps.logger[level]({ pieceId, sessionId, trackId, message, code: `piece-${outcome}` }, 'a piece is done');
  };

  return {
    async uploaded(recorderId, pieceId) {
      const { piece, session } = await find(recorderId, pieceId);
      if (piece.state !== 'offered' && piece.state !== 'uploaded')
        throw new ProtocolError('unknown-piece', 'This piece is finished; drop it.');
      await pieces.change(pieceId, 'uploaded', null, clock.nowMs());
      const stretches = await healing.listStretches(piece.sessionId, piece.trackId, piece.fromMs);
      if (isUnsettled({ piece, stretches })) return null;
      const unwanted = await healing.listUnwanted(piece.sessionId, piece.trackId);
      const gaps = findGaps({ piece, session, stretches, unwanted });
      const [first] = gaps;
      if (first !== undefined) {
        await healing.addHealedRun(piece, first.fromMs);
        deps.mediaExpected(piece.sessionId, recorderId);
      }
      return gaps;
    },
    finished(recorderId, pieceId, outcome) {
      // A recorder that waited too long for the answer says it again meanwhile.
      const current = finishing.get(pieceId);
      if (current !== undefined) return current;
      const done = finish(recorderId, pieceId, outcome).finally(() => finishing.delete(pieceId));
      finishing.set(pieceId, done);
      return done;
    },
  };
}
