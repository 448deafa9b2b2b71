import type { PieceRecord, PieceTrack } from '../piece.ts';

/** What the page has the worker do. */
export type WorkerOrder =
  | {
      kind: 'begin';
      /** Chosen by the page; names the recording in what follows. */
      recordingId: string;
      track: PieceTrack;
      frames: ReadableStream<VideoFrame>;
      /** Brings what was sent lately, see `SenderTaps.take`. */
      sent: MessagePort | undefined;
      /** Add to the worker's `timeOrigin + now()` to get the agent's time. */
      agentAheadMs: number;
      clockOffsetMs: number;
    }
  | { kind: 'end'; recordingId: string };

/** What the worker tells the page. */
export type WorkerReport =
  | { kind: 'piece-begun'; recordingId: string; piece: PieceRecord }
  | { kind: 'ended'; recordingId: string }
  /** What was sent lately could not be written; the recording goes on. */
  | { kind: 'sent-lost'; recordingId: string; message: string }
  | { kind: 'failed'; recordingId: string; isFull: boolean; message: string };
