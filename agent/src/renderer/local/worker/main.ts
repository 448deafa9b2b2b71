import { systemClock } from '@sightline/shared';
import { readFrames } from '../frames/framePort.ts';
import { createCaptureClock } from '../media/captureClock.ts';
import type { SentStretch } from '../sent/protocol.ts';
import { createWebCodecsEncoder } from './encoder.ts';
import { openPieceFile, StoreFullError } from './openPieceFile.ts';
import { createPieceSequence, type PieceSequence } from './pieceSequence.ts';
import type { RecordingOrder, WorkerOrder, WorkerReport } from './protocol.ts';
import { createTrackRecorder, type TrackRecorder } from './trackRecorder.ts';

const recordings = new Map<string, TrackRecorder>();
const nowMs = (): number => performance.timeOrigin + performance.now();
const tell = (report: WorkerReport): void => self.postMessage(report);

/** Opens pieces whose stamps `toMs` turns into the worker's time. */
function openPieces(
  { recordingId, track, agentAheadMs, clockOffsetMs }: RecordingOrder,
  toMs: (timestampUs: number) => number,
  onError: (error: unknown) => void,
): PieceSequence {
  return createPieceSequence({
    async open(fromUs) {
      const fromMs = Math.round(toMs(fromUs) + agentAheadMs);
      const piece = { pieceId: crypto.randomUUID(), ...track, fromMs, clockOffsetMs };
      const file = await openPieceFile(navigator, piece);
      tell({ kind: 'piece-begun', recordingId, piece });
      return file;
    },
    onError,
  });
}

function begin(order: Extract<WorkerOrder, { kind: 'begin' }>): void {
  const { recordingId, frames, sent } = order;
  const fail = (error: unknown): void => {
    tell({ kind: 'failed', recordingId, isFull: error instanceof StoreFullError, message: messageOf(error) });
    end(recordingId);
  };
  if (sent !== undefined) void writeSent(order, sent);
  const captured = createCaptureClock(nowMs);
  const recorder = createTrackRecorder({
    reader: readFrames(frames),
    createEncoder: createWebCodecsEncoder,
    pieces: openPieces(order, (us) => captured.toMs(us), fail),
    clock: systemClock,
    captured,
    copyFrame: (frame, timestamp) => new VideoFrame(frame, { timestamp }),
    onError: fail,
  });
  recordings.set(recordingId, recorder);
}

/** Writes what was sent lately into pieces of its own; resolves when that is done. */
async function writeSent(order: RecordingOrder, from: MessagePort): Promise<void> {
  const stretch = await received(from);
  if (stretch === undefined) return;
  const { recordingId } = order;
  const lost = (error: unknown): void => tell({ kind: 'sent-lost', recordingId, message: messageOf(error) });
  const pieces = openPieces(order, (us) => us / 1_000 + stretch.aheadMs, lost);
  for (const picture of stretch.pictures) pieces.write(picture);
  await pieces.end(stretch.untilUs);
}

function received(from: MessagePort): Promise<SentStretch | undefined> {
  return new Promise((resolve) => {
    const take = ({ data }: MessageEvent<SentStretch | undefined>): void => {
      from.close();
      resolve(data);
    };
    from.addEventListener('message', take, { once: true });
    from.start();
  });
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

function follow(order: WorkerOrder): void {
  switch (order.kind) {
    case 'begin':
      begin(order);
      break;
    case 'end':
      end(order.recordingId);
      break;
    case 'write-sent':
      void writeSent(order, order.sent).then(() => tell({ kind: 'ended', recordingId: order.recordingId }));
      break;
  }
}

self.addEventListener('message', ({ data }: MessageEvent<WorkerOrder>) => follow(data));
