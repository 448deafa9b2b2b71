import { systemClock } from '@sightline/shared';
import { createCaptureClock } from '../media/captureClock.ts';
import type { SentStretch } from '../sent/protocol.ts';
import { createWebCodecsEncoder } from './encoder.ts';
import { openPieceFile, StoreFullError } from './openPieceFile.ts';
import { createPieceSequence, type PieceSequence } from './pieceSequence.ts';
import type { WorkerOrder, WorkerReport } from './protocol.ts';
import { createTrackRecorder, type TrackRecorder } from './trackRecorder.ts';

const recordings = new Map<string, TrackRecorder>();
const nowMs = (): number => performance.timeOrigin + performance.now();
const tell = (report: WorkerReport): void => self.postMessage(report);

function begin({
  recordingId,
  track,
  frames,
  sent,
  agentAheadMs,
  clockOffsetMs,
}: Extract<WorkerOrder, { kind: 'begin' }>): void {
  const fail = (error: unknown): void => {
    tell({ kind: 'failed', recordingId, isFull: error instanceof StoreFullError, message: messageOf(error) });
    end(recordingId);
  };
  const openPieces = (
    toMs: (timestampUs: number) => number,
    onError: (error: unknown) => void,
  ): PieceSequence =>
    createPieceSequence({
      async open(fromUs) {
        const fromMs = Math.round(toMs(fromUs) + agentAheadMs);
        const piece = { pieceId: crypto.randomUUID(), ...track, fromMs, clockOffsetMs };
        const file = await openPieceFile(navigator, piece);
        tell({ kind: 'piece-begun', recordingId, piece });
        return file;
      },
      onError,
    });
  const sentLost = (error: unknown): void =>
    tell({ kind: 'sent-lost', recordingId, message: messageOf(error) });
  if (sent !== undefined) writeSent(sent, (aheadMs) => openPieces((us) => us / 1_000 + aheadMs, sentLost));
  const captured = createCaptureClock(nowMs);
  const recorder = createTrackRecorder({
    reader: frames.getReader(),
    createEncoder: createWebCodecsEncoder,
    pieces: openPieces((us) => captured.toMs(us), fail),
    clock: systemClock,
    captured,
    copyFrame: (frame, timestamp) => new VideoFrame(frame, { timestamp }),
    onError: fail,
  });
  recordings.set(recordingId, recorder);
}

/** Writes what was sent lately into pieces of its own. */
function writeSent(from: MessagePort, openPieces: (aheadMs: number) => PieceSequence): void {
  from.addEventListener(
    'message',
    ({ data }: MessageEvent<SentStretch | undefined>) => {
      from.close();
      if (data === undefined) return;
      const pieces = openPieces(data.aheadMs);
      for (const picture of data.pictures) pieces.write(picture);
      void pieces.end(data.untilUs);
    },
    { once: true },
  );
  from.start();
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function end(recordingId: string): void {
  const recorder = recordings.get(recordingId);
  recordings.delete(recordingId);
  if (recorder === undefined) return;
  const ended = (): void => tell({ kind: 'ended', recordingId });
  recorder.end().then(ended, (error: unknown) => {
    reportError(error);
    ended();
  });
}

self.addEventListener('message', ({ data }: MessageEvent<WorkerOrder>) => {
  if (data.kind === 'begin') begin(data);
  else end(data.recordingId);
});
