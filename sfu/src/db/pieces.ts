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
  state: 'offered' | 'uploaded' | 'healed' | 'not-needed' | 'unusable';
  message: string | null;
  offeredAtMs: number;
  changedAtMs: number;
}

/** What agents have recorded themselves. */
export interface PiecesRepository {
  /** Keeps what is known if it was offered before; resolves with what is on record. */
  offer(piece: StoredPiece): Promise<StoredPiece>;
  find(pieceId: string): Promise<StoredPiece | undefined>;
  /** Another recorder is to get it. */
  moveTo(pieceId: string, recorderId: string, atMs: number): Promise<void>;
  /** A state only moves forward: false if it could not. */
  change(
    pieceId: string,
    state: StoredPiece['state'],
    message: string | null,
    atMs: number,
  ): Promise<boolean>;
  list(sessionId: string): Promise<StoredPiece[]>;
}
