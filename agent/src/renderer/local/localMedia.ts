import { serveFrames } from './frames/framePort.ts';
import type { PieceRecord, PieceTrack } from './piece.ts';
import type { SenderTaps } from './sent/senderTaps.ts';
import type { WorkerOrder, WorkerReport } from './worker/protocol.ts';

/** What a recording tells whoever began it. */
export interface RecordingHandlers {
  /** A piece of it is being written from now on; the one before is complete. */
  pieceBegun(piece: PieceRecord): void;
  /** It has ended by itself. `isFull`: there is no room left. */
  failed(problem: { isFull: boolean; message: string }): void;
  /** All of it is written. The last that is told. */
  ended(): void;
}

/** How the agent's time and the sfu's stand to each other when a recording begins. */
export interface Times {
  /** Add to the page's `timeOrigin + now()` to get the agent's time. */
  readonly agentAheadMs: number;
  /** Add to the agent's time to get the sfu's. */
  readonly clockOffsetMs: number;
}

/** The boundary to the browser's encoders and its private file system. */
export interface LocalMedia {
  /**
   * Records the track until the returned function is called, and what was sent of it lately: that may not have arrived,
   * for a loss is noticed later than it happens. The track stays its owner's.
   */
  record(
    track: PieceTrack & { media: MediaStreamTrack },
    times: Times,
    handlers: RecordingHandlers,
  ): () => void;
  /** Records what was sent of the track lately, and nothing else: a part of it has not arrived. */
  recordSent(track: PieceTrack, times: Times, handlers: RecordingHandlers): void;
  /** What was sent until now is part of no recording that begins later. */
  forgetSent(): void;
}

/** The media of this browser; `undefined` where it cannot record so. */
export function createWorkerMedia(scope: {
  createWorker: () => Worker;
  createProcessor: ((track: MediaStreamTrack) => { readable: ReadableStream<VideoFrame> }) | undefined;
  createId: () => string;
  onError: (error: unknown) => void;
  /** Undefined where nothing can be kept of what is sent. */
  taps: Pick<SenderTaps, 'take' | 'copy' | 'forget'> | undefined;
}): LocalMedia | undefined {
  const { createProcessor, taps } = scope;
  if (createProcessor === undefined) return undefined;
  const recordings = new Map<string, { handlers: RecordingHandlers; stopFrames: () => void }>();
  // Now, while its script can still be loaded: when it is needed, there may be no network.
  let worker: Worker | undefined = open();

  function open(): Worker {
    const opened = scope.createWorker();
    opened.addEventListener('message', ({ data }: MessageEvent<WorkerReport>) => {
      const handlers = recordings.get(data.recordingId)?.handlers;
      switch (data.kind) {
        case 'piece-begun':
          handlers?.pieceBegun(data.piece);
          break;
        case 'failed':
          handlers?.failed(data);
          break;
        case 'sent-lost':
          scope.onError(new Error(`What was sent before the loss cannot be kept: ${data.message}`));
          break;
        case 'ended':
          recordings.delete(data.recordingId);
          handlers?.ended();
          break;
      }
    });
    opened.addEventListener('error', ({ message }) => {
      // Its script could not be loaded, or it broke: whatever it wrote stays.
      worker = undefined;
      opened.terminate();
      for (const { handlers, stopFrames } of recordings.values()) {
        stopFrames();
        handlers.failed({ isFull: false, message });
        handlers.ended();
      }
      recordings.clear();
    });
    return opened;
  }

  /** Gives whoever the recording is for its reports. */
  function enter(
    handlers: RecordingHandlers,
    stopFrames = (): void => undefined,
  ): {
    recordingId: string;
    order: (value: WorkerOrder, transfer?: Transferable[]) => void;
  } {
    const recordingId = scope.createId();
    const current = (worker ??= open());
    recordings.set(recordingId, { handlers, stopFrames });
    return { recordingId, order: (value, transfer = []) => current.postMessage(value, transfer) };
  }

  return {
    record({ media, sessionId, trackId, label }, times, handlers) {
      const { port1, port2: frames } = new MessageChannel();
      const { recordingId, order } = enter(handlers, serveFrames(createProcessor(media).readable, port1));
      const track = { sessionId, trackId, label };
      const sent = taps?.take(trackId);
      const transfer = sent === undefined ? [frames] : [frames, sent];
      order({ kind: 'begin', recordingId, track, frames, sent, ...times }, transfer);
      return () => order({ kind: 'end', recordingId });
    },
    recordSent(track, times, handlers) {
      const sent = taps?.copy(track.trackId);
      if (sent === undefined) return;
      const { recordingId, order } = enter(handlers);
      order({ kind: 'write-sent', recordingId, track, sent, ...times }, [sent]);
    },
    forgetSent: () => taps?.forget(),
  };
}
