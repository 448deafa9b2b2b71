import type { PieceRecord, PieceTrack } from '../piece.ts';

/** What becomes pieces. */
export interface RecordingOrder {
  /** Chosen by the page; names the recording in what follows. */
  recordingId: string;
  track: PieceTrack;
  /** Add to the worker's `timeOrigin + now()` to get the agent's time. */
  agentAheadMs: number;
  clockOffsetMs: number;
}

/** What the page has the worker do. */
export type WorkerOrder =
  | (RecordingOrder & {
      kind: 'begin';
      /** Brings the track's frames, see `readFrames`. */
      frames: MessagePort;
      /** Brings what was sent lately, see `SenderTaps.take`. */
      sent: MessagePort | undefined;
    })
  | { kind: 'end'; recordingId: string }
  /** Writes nothing but what was sent lately, and ends by itself. */
  | (RecordingOrder & { kind: 'write-sent'; sent: MessagePort });

/** What the worker tells the page. */
export type WorkerReport =
  | { kind: 'piece-begun'; recordingId: string; piece: PieceRecord }
  | { kind: 'ended'; recordingId: string }
  /** What was sent lately could not be written; the recording goes on. */
  | { kind: 'sent-lost'; recordingId: string; message: string }
  | { kind: 'failed'; recordingId: string; isFull: boolean; message: string };
