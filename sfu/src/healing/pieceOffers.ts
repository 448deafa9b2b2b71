import type { Clock, Device, LocalPiece, PieceAnswer } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { HealingRepository, HealingTarget } from '../db/healing.ts';
import { PIECE_AWAITED_MS, type PiecesRepository, type StoredPiece } from '../db/pieces.ts';
import type { RecordingsRepository } from '../db/recordings.ts';
import { findGaps } from './gaps.ts';
import { placePiece, type Placement } from './placement.ts';
import type { UploadGrants, UploadRecorder } from './uploadGrants.ts';

/** Answers the agents that offer what they recorded themselves. */
export interface PieceOffers {
  /** One answer for each piece, in their order. */
  answer(device: Pick<Device, 'deviceId'>, pieces: readonly LocalPiece[]): Promise<PieceAnswer[]>;
}

/** What {@link createPieceOffers} needs. */
export interface PieceOffersDeps {
  healing: HealingRepository;
  pieces: PiecesRepository;
  recordings: Pick<RecordingsRepository, 'addTrack' | 'hasRun'>;
  grants: UploadGrants;
  /** Enters the ledger of a session that has ended into its manifests again. */
  closeAgain: (sessionId: string) => void;
  clock: Clock;
  logger: Logger;
}

/** What a device may have on record without having uploaded it. */
const MAX_OUTSTANDING = { pieces: 200, bytes: 32 * 2 ** 30 };
/** A recorder that has all of a piece, and is away for longer, may never come back: the agent still has the piece. */
const MAX_SILENCE_MS = 10 * 60_000;

type Verdict = { answer: 'wait' | 'done' } | { answer: 'upload'; url: string; token: string };
const WAIT: Verdict = { answer: 'wait' };
const DONE: Verdict = { answer: 'done' };

/** Builds the {@link PieceOffers}. */
export function createPieceOffers(deps: PieceOffersDeps): PieceOffers {
  const { healing, pieces, grants, clock } = deps;

  const judge = async (deviceId: string, piece: LocalPiece): Promise<Verdict> => {
    const logger = deps.logger.child({ pieceId: piece.pieceId, deviceId, sessionId: piece.sessionId });
    const target = await healing.findTarget(piece.sessionId);
    const known = await pieces.find(piece.pieceId);
    // The session or the piece of another device is answered as if it did not exist.
    if (target?.deviceId !== deviceId || (known !== undefined && known.deviceId !== deviceId)) {
      logger.warn({ code: 'piece-without-session' }, 'a piece belongs to no session of its device');
      return WAIT;
    }
    if (known !== undefined && isFinal(known)) return DONE;
    // Agents choose the ids of pieces, and that of a piece becomes that of its run.
    if (known === undefined && (await deps.recordings.hasRun(piece.pieceId))) {
      logger.error({ code: 'piece-id-taken' }, 'a piece has the id of a run: its device may be hostile');
      return WAIT;
    }
    const placed = placePiece(piece, target, clock.nowMs());
    if (!placed.ok && placed.error.final) {
      logger.error({ code: 'piece-unusable', why: placed.error.why }, 'a piece cannot be placed: it is lost');
      await refuse(deviceId, piece, target, placed.error.why);
      return DONE;
    }
    if (!placed.ok) {
      logger.warn({ code: 'piece-too-early', why: placed.error.why }, 'a piece cannot be placed yet');
      return WAIT;
    }
    const recorder = await recorderOf(known, target);
    if (recorder === undefined) return WAIT;
    if (known === undefined && (await isFull(deviceId))) {
      logger.warn({ code: 'too-many-pieces' }, 'a device has more to upload than is kept for it');
      return WAIT;
    }
    return place(deviceId, piece, target, placed.value, recorder);
  };

  const place = async (
    deviceId: string,
    piece: LocalPiece,
    target: HealingTarget,
    placement: Placement,
    recorder: UploadRecorder,
  ): Promise<Verdict> => {
    const { fromMs, toMs, extendToMs } = placement;
    const stored = await pieces.offer(entryOf(deviceId, piece, recorder.recorderId, { fromMs, toMs }));
    if (stored === undefined) return WAIT;
    if (stored.recorderId !== recorder.recorderId)
      await pieces.moveTo(stored.pieceId, recorder.recorderId, clock.nowMs());
    else if (stored.state === 'uploaded') return WAIT;
    await deps.recordings.addTrack(piece.sessionId, piece.trackId, piece.label);
    if (extendToMs !== null) {
      await healing.extendSession(target.sessionId, extendToMs);
      deps.closeAgain(target.sessionId);
    }
    if (!(await isNeeded(stored, { ...target, endedAtMs: extendToMs ?? target.endedAtMs }))) {
      await pieces.change(stored.pieceId, 'not-needed', 'It was recorded already.', clock.nowMs());
      if (target.endedAtMs !== null) deps.closeAgain(target.sessionId);
      return DONE;
    }
    const { companyId, userId, sessionId, startedAtMs, userName, hostName } = target;
    const { pieceId, trackId, bytes, sha256, mimeType } = stored;
    const granted = await grants.grant(recorder, {
      ...{ pieceId, trackId, label: piece.label, fromMs: stored.fromMs, toMs: stored.toMs },
      ...{ bytes, sha256, mimeType, userName, hostName },
      location: { companyId, userId, sessionId, sessionStartedAtMs: startedAtMs },
    });
    return { answer: 'upload', ...granted };
  };

  /** Undefined: nothing can be done with the piece for now. */
  const recorderOf = async (
    known: StoredPiece | undefined,
    target: HealingTarget,
  ): Promise<UploadRecorder | undefined> => {
    const before = known && grants.find(known.recorderId);
    if (before !== undefined) return before;
    if (known?.state === 'uploaded' && clock.nowMs() - known.changedAtMs < MAX_SILENCE_MS) return undefined;
    return grants.pick(target);
  };

  const isFull = async (deviceId: string): Promise<boolean> => {
    const outstanding = await pieces.outstanding(deviceId, clock.nowMs() - PIECE_AWAITED_MS);
    return outstanding.pieces >= MAX_OUTSTANDING.pieces || outstanding.bytes >= MAX_OUTSTANDING.bytes;
  };

  const isNeeded = async (piece: StoredPiece, session: HealingTarget): Promise<boolean> => {
    const stretches = await healing.listStretches(piece.sessionId, piece.trackId, piece.fromMs);
    const unwanted = await healing.listUnwanted(piece.sessionId, piece.trackId);
    return findGaps({ piece, session, stretches, unwanted }).length > 0;
  };

  const refuse = async (
    deviceId: string,
    piece: LocalPiece,
    target: HealingTarget,
    why: string,
  ): Promise<void> => {
    const recorderId = target.recorderIds[0] ?? '';
    await pieces.offer(entryOf(deviceId, piece, recorderId, piece));
    await pieces.change(piece.pieceId, 'unusable', why, clock.nowMs());
    if (target.endedAtMs !== null) deps.closeAgain(target.sessionId);
  };

  const entryOf = (
    deviceId: string,
    { pieceId, sessionId, trackId, bytes, sha256, mimeType }: LocalPiece,
    recorderId: string,
    { fromMs, toMs }: { fromMs: number; toMs: number },
  ): StoredPiece => ({
    ...{ pieceId, sessionId, trackId, deviceId, recorderId, fromMs, toMs, bytes, sha256, mimeType },
    ...{ state: 'offered', message: null, offeredAtMs: clock.nowMs(), changedAtMs: clock.nowMs() },
  });

  return {
    async answer({ deviceId }, offered) {
      const verdicts = new Map<string, Verdict>();
      // In order of time: each may extend the session that the next one follows.
      for (const piece of offered.toSorted((a, b) => a.fromMs - b.fromMs))
        verdicts.set(piece.pieceId, await judge(deviceId, piece));
      return offered.map(({ pieceId }) => ({ pieceId, ...(verdicts.get(pieceId) ?? WAIT) }));
    },
  };
}

const isFinal = ({ state }: StoredPiece): boolean => state !== 'offered' && state !== 'uploaded';
