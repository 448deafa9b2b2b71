import type { Clock } from '@sightline/shared';
import type { FrameReader } from '../frames/framePort.ts';
import type { CaptureClock } from '../media/captureClock.ts';
import { FRAMES_PER_SECOND, type Encoder, type EncoderHandlers } from './encoder.ts';
import type { PieceSequence } from './pieceSequence.ts';

const KEY_FRAME_MS = 4_000;
/** A frame that comes sooner than this after another one is left out. */
const SPACING_US = (1_000_000 / FRAMES_PER_SECOND) * 0.75;
/** The frame on a screen that stands still is encoded again after so long: what stands still is on record, too. */
const REPEAT_MS = 500;
/** More frames waiting than this: the encoder does not keep up. */
const MAX_WAITING = 2;

/** The recording of one track. */
export interface TrackRecorder {
  /** Resolves when all that was captured until now is written, and the piece is closed. */
  end(): Promise<void>;
}

/**
 * Encodes the frames of a track until it ends or is ended.
 *
 * @param deps.nowUs the time of the capture's own clock, with which frames are stamped.
 * @param deps.onError it has ended by itself.
 */
export function createTrackRecorder(deps: {
  reader: FrameReader<VideoFrame>;
  createEncoder: (handlers: EncoderHandlers) => Encoder;
  pieces: PieceSequence;
  clock: Clock;
  captured: CaptureClock;
  copyFrame: (frame: VideoFrame, timestampUs: number) => VideoFrame;
  onError: (error: unknown) => void;
}): TrackRecorder {
  const { reader, pieces, clock, captured } = deps;
  const encoder = deps.createEncoder({ onPicture: (picture) => pieces.write(picture), onError: fail });
  let last: VideoFrame | undefined;
  let lastUs = Number.NEGATIVE_INFINITY;
  let keyUs = Number.NEGATIVE_INFINITY;
  let ended: Promise<void> | undefined;

  function take(frame: VideoFrame, timestampUs: number): void {
    keep(frame);
    const mayWait = encoder.waiting <= MAX_WAITING;
    if (!mayWait || timestampUs - lastUs < SPACING_US) return;
    const stamped = deps.copyFrame(frame, timestampUs);
    const key = timestampUs - keyUs >= KEY_FRAME_MS * 1_000;
    if (key) keyUs = timestampUs;
    lastUs = timestampUs;
    try {
      encoder.encode(stamped, { key });
    } finally {
      stamped.close();
    }
  }

  function keep(frame: VideoFrame | undefined): void {
    if (last !== frame) last?.close();
    last = frame;
  }

  const stopRepeating = clock.every(REPEAT_MS, () => {
    const nowUs = captured.nowUs();
    if (last !== undefined && nowUs !== undefined && nowUs - lastUs >= REPEAT_MS * 1_000) take(last, nowUs);
  });

  async function pump(): Promise<void> {
    for (;;) {
      const frame = await reader.read();
      if (frame === undefined) return;
      // It was on its way when the recording ended.
      if (ended !== undefined) {
        frame.close();
        return;
      }
      captured.saw(frame.timestamp);
      // What comes late, after its repetition, would go back in time.
      take(frame, Math.max(frame.timestamp, lastUs + 1));
    }
  }

  function fail(error: unknown): void {
    if (ended !== undefined) return;
    deps.onError(error);
    void end();
  }

  function end(): Promise<void> {
    ended ??= finish();
    return ended;
  }

  async function finish(): Promise<void> {
    stopRepeating();
    const endUs = captured.nowUs() ?? lastUs;
    keep(undefined);
    reader.cancel();
    await encoder.flush().catch(ignoreEnded);
    encoder.close();
    await pieces.end(Math.max(endUs, lastUs));
  }

  pump().then(end, fail);
  return { end };
}

/** What is already over needs no ending: the error that ended it has been told. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof DOMException) && !(error instanceof TypeError)) throw error;
}
