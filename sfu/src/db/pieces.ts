import { lockCompanies } from './companyLock.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** How far a piece has come: it only ever moves on, see {@link PiecesRepository.change}. */
export type PieceState = 'offered' | 'uploaded' | 'healed' | 'not-needed' | 'unusable';

/** A stretch of a track that an agent has recorded itself. Times are the sfu's. */
export interface StoredPiece {
  pieceId: string;
  sessionId: string;
  trackId: string;
  deviceId: string;
  /** The recorder to which it is uploaded. */
  recorderId: string;
  fromMs: number;
  toMs: number;
  bytes: number;
  /** Of the file that the agent uploads, hex. */
  sha256: string;
  mimeType: 'video/mp4' | 'video/webm';
  state: PieceState;
  message: string | null;
  offeredAtMs: number;
  changedAtMs: number;
}

/** What agents have recorded themselves. */
export interface PiecesRepository {
  /**
   * Enters a piece. If the same device has offered it before, what it says now counts as long as nothing was uploaded;
   * its recorder stays. Resolves with what is on record, which may be another device's; undefined while media of its
   * session is being deleted: what comes meanwhile would be taken for deleted too.
   */
  offer(piece: StoredPiece): Promise<StoredPiece | undefined>;
  find(pieceId: string): Promise<StoredPiece | undefined>;
  /** Another recorder is to get it: what was uploaded does not count. Nothing happens to one that is finished. */
  moveTo(pieceId: string, recorderId: string, atMs: number): Promise<void>;
  /** From `offered` to `uploaded`, and from both to a state that is final: false if it could not. */
  change(
    pieceId: string,
    state: Exclude<PieceState, 'offered'>,
    message: string | null,
    atMs: number,
  ): Promise<boolean>;
  /** In order of time. */
  list(sessionId: string): Promise<StoredPiece[]>;
  /** What a device is still to upload, as far as it was heard of since. */
  outstanding(deviceId: string, sinceMs: number): Promise<{ pieces: number; bytes: number }>;
}

/** An agent that has not uploaded a piece after this will not do so any more. */
export const PIECE_AWAITED_MS = 30 * 86_400_000;

const UNFINISHED: readonly PieceState[] = ['offered', 'uploaded'];

/** The {@link PiecesRepository} on a database. */
export function createPiecesRepository(database: Database): PiecesRepository {
  const find = async (pieceId: string, from = database): Promise<StoredPiece | undefined> => {
    const row = await from
      .selectFrom('pieces')
      .selectAll()
      .where('piece_id', '=', pieceId)
      .executeTakeFirst();
    return row && toPiece(row);
  };
  return {
    find: (pieceId) => find(pieceId),
    offer: (piece) =>
      database.transaction().execute(async (transaction) => {
        if (await isBeingDeleted(transaction, piece.sessionId)) return undefined;
        await put(transaction, piece);
        return find(piece.pieceId, transaction);
      }),
    async moveTo(pieceId, recorderId, atMs) {
      await database
        .updateTable('pieces')
        .set({ recorder_id: recorderId, state: 'offered', changed_at_ms: atMs })
        .where('piece_id', '=', pieceId)
        .where('state', 'in', [...UNFINISHED])
        .execute();
    },
    async change(pieceId, state, message, atMs) {
      const result = await database
        .updateTable('pieces')
        .set({ state, message, changed_at_ms: atMs })
        .where('piece_id', '=', pieceId)
        .where('state', 'in', state === 'uploaded' ? ['offered'] : [...UNFINISHED])
        .executeTakeFirst();
      return Number(result.numUpdatedRows) > 0;
    },
    async list(sessionId) {
      const rows = await database
        .selectFrom('pieces')
        .selectAll()
        .where('session_id', '=', sessionId)
        .orderBy('from_ms')
        .orderBy('piece_id')
        .execute();
      return rows.map(toPiece);
    },
    async outstanding(deviceId, sinceMs) {
      const row = await database
        .selectFrom('pieces')
        .select(({ fn }) => [
          fn.count<number>('piece_id').as('pieces'),
          fn.sum<number | null>('bytes').as('bytes'),
        ])
        .where('device_id', '=', deviceId)
        .where('state', 'in', [...UNFINISHED])
        .where('changed_at_ms', '>', sinceMs)
        .executeTakeFirstOrThrow();
      return { pieces: Number(row.pieces), bytes: Number(row.bytes ?? 0) };
    },
  };
}

async function put(transaction: Database, piece: StoredPiece): Promise<void> {
  await transaction
    .insertInto('pieces')
    .values(toRow(piece))
    .onConflict((conflict) =>
      conflict
        .column('piece_id')
        .doUpdateSet((row) => ({
          from_ms: row.ref('excluded.from_ms'),
          to_ms: row.ref('excluded.to_ms'),
          bytes: row.ref('excluded.bytes'),
          sha256: row.ref('excluded.sha256'),
          mime_type: row.ref('excluded.mime_type'),
        }))
        .where('pieces.state', '=', 'offered')
        .where('pieces.device_id', '=', piece.deviceId)
        .where('pieces.session_id', '=', piece.sessionId)
        .where('pieces.track_id', '=', piece.trackId),
    )
    .execute();
}

/** Whether a deletion has begun and is not reported yet; none can begin before the transaction is over. */
async function isBeingDeleted(transaction: Database, sessionId: string): Promise<boolean> {
  const session = await transaction
    .selectFrom('sessions')
    .select('company_id')
    .where('session_id', '=', sessionId)
    .executeTakeFirstOrThrow();
  await lockCompanies(transaction, [session.company_id]);
  const claim = await transaction
    .selectFrom('deletion_claims')
    .select('claim_id')
    .where('session_id', '=', sessionId)
    .where('begun_at_ms', 'is not', null)
    .where('deleted_at_ms', 'is', null)
    .executeTakeFirst();
  return claim !== undefined;
}

function toRow(piece: StoredPiece): Schema['pieces'] {
  return {
    piece_id: piece.pieceId,
    session_id: piece.sessionId,
    track_id: piece.trackId,
    device_id: piece.deviceId,
    recorder_id: piece.recorderId,
    from_ms: piece.fromMs,
    to_ms: piece.toMs,
    bytes: piece.bytes,
    sha256: piece.sha256,
    mime_type: piece.mimeType,
    state: piece.state,
    message: piece.message,
    offered_at_ms: piece.offeredAtMs,
    changed_at_ms: piece.changedAtMs,
  };
}

function toPiece(row: Schema['pieces']): StoredPiece {
  return {
    pieceId: row.piece_id,
    sessionId: row.session_id,
    trackId: row.track_id,
    deviceId: row.device_id,
    recorderId: row.recorder_id,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    bytes: row.bytes,
    sha256: row.sha256,
    mimeType: row.mime_type,
    state: row.state,
    message: row.message,
    offeredAtMs: row.offered_at_ms,
    changedAtMs: row.changed_at_ms,
  };
}
