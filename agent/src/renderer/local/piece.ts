import { localPiece } from '@sightline/shared';
import type * as z from 'zod';

/** The format in which pieces are kept: H.264 in fragmented MP4. */
export const PIECE_MIME_TYPE = 'video/mp4';

/** What is written beside a piece's file when it begins: everything else can be told from the file itself. */
export const pieceRecord = localPiece.pick({
  pieceId: true,
  sessionId: true,
  trackId: true,
  label: true,
  fromMs: true,
  clockOffsetMs: true,
});

/** See {@link pieceRecord}. */
export type PieceRecord = z.output<typeof pieceRecord>;

/** A piece with its file's length, as far as it can be played. */
export interface KeptPiece extends PieceRecord {
  readonly bytes: number;
  readonly durationMs: number;
}

/** What a piece belongs to. */
export type PieceTrack = Pick<PieceRecord, 'sessionId' | 'trackId' | 'label'>;
