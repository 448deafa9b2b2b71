import { systemClock } from '@sightline/shared';
import { createWebCodecsEncoder } from './encoder.ts';
import { openPieceFile, StoreFullError } from './openPieceFile.ts';
import { createPieceSequence } from './pieceSequence.ts';
import type { WorkerOrder, WorkerReport } from './protocol.ts';
import { createCaptureClock, createTrackRecorder, type TrackRecorder } from './trackRecorder.ts';

const recordings = new Map<string, TrackRecorder>();
const nowMs = (): number => performance.timeOrigin + performance.now();
const tell = (report: WorkerReport): void => self.postMessage(report);

function begin({
  recordingId,
  track,
  frames,
  agentAheadMs,
  clockOffsetMs,
}: Extract<WorkerOrder, { kind: 'begin' }>): void {
  const captured = createCaptureClock(nowMs);
  const fail = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    tell({ kind: 'failed', recordingId, isFull: error instanceof StoreFullError, message });
    end(recordingId);
  };
  const pieces = createPieceSequence({
    async open(fromUs) {
      const fromMs = Math.round(captured.toMs(fromUs) + agentAheadMs);
      const piece = { pieceId: crypto.randomUUID(), ...track, fromMs, clockOffsetMs };
      const file = await openPieceFile(navigator, piece);
      tell({ kind: 'piece-begun', recordingId, piece });
      return file;
    },
    onError: fail,
  });
  const recorder = createTrackRecorder({
    reader: frames.getReader(),
    createEncoder: createWebCodecsEncoder,
    pieces,
    clock: systemClock,
    captured,
    copyFrame: (frame, timestamp) => new VideoFrame(frame, { timestamp }),
    onError: fail,
  });
  recordings.set(recordingId, recorder);
}

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
