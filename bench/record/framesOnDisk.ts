import type { CapturedStream } from './capture.ts';
import type { SentFrames } from './load.ts';
import type { TsFrame } from './tsFrames.ts';

/** What a run has left on disk. */
export interface RecordedFrames {
  /** Wall time of the first one. */
  startMs: number;
  /** Of all segments, in their order. */
  frames: readonly TsFrame[];
}

/** What became of the frames of one agent. */
export interface FrameCount {
  /** From the first recorded frame to the last one sent. */
  sent: number;
  /** Those of them that are on disk, each counted once, bit for bit and at their time, to the nearest frame. */
  onDisk: number;
  /** Pictures on disk that are none of the sent ones, or not at their time. */
  wrong: number;
}

const PTS_MODULUS = 2 ** 33;
const TICKS_PER_MS = 90;

/**
 * Compares what an agent sent with what its runs left. One picture of a run is recognised by its checksum and its
 * wall time; each other one must be the very picture that was sent as much earlier or later as its time stamp says.
 */
export function countFrames(
  stream: CapturedStream,
  sent: SentFrames,
  runs: readonly RecordedFrames[],
): FrameCount {
  const { onDisk, firstRecorded, wrong } = recogniseFrames(stream, sent, runs);
  if (firstRecorded > sent.last) return { sent: sent.last - sent.first + 1, onDisk: 0, wrong };
  return { sent: sent.last - firstRecorded + 1, onDisk: onDisk.size, wrong };
}

/** Which frames of an agent are on disk, each bit for bit and at its time; see {@link countFrames} for `wrong`. */
export function recogniseFrames(
  stream: CapturedStream,
  sent: Omit<SentFrames, 'sessionId'>,
  runs: readonly RecordedFrames[],
): { onDisk: Set<number>; firstRecorded: number; wrong: number } {
  const onDisk = new Set<number>();
  let firstRecorded = Number.POSITIVE_INFINITY;
  let wrong = 0;
  for (const run of runs) {
    const frameAt = alignRun(stream, sent.originMs, run);
    firstRecorded = Math.min(firstRecorded, frameAt?.(run.frames[0]?.pts ?? 0) ?? firstRecorded);
    for (const { pts, checksum } of run.frames) {
      const frame = frameAt?.(pts);
      const right =
        frame !== undefined &&
        frame >= sent.first &&
        frame <= sent.last &&
        checksum === stream.checksums[frame % stream.checksums.length];
      if (right) onDisk.add(frame);
      else wrong += 1;
    }
  }
  return { onDisk, firstRecorded, wrong };
}

/**
 * Tells to which frame of the endless stream a run's time stamp belongs. There is no such way if the run has no
 * picture that can be told from all others.
 */
function alignRun(
  stream: CapturedStream,
  originMs: number,
  { startMs, frames }: RecordedFrames,
): ((pts: number) => number) | undefined {
  const isUnique = (checksum: number): boolean =>
    stream.checksums.includes(checksum) &&
    stream.checksums.indexOf(checksum) === stream.checksums.lastIndexOf(checksum);
  const [head, ...others] = frames;
  // A sender report that overtakes the first picture puts ffmpeg's time of that one picture off by some ms.
  const known = others.find(({ checksum }) => isUnique(checksum));
  if (head === undefined || known === undefined) return undefined;
  const aboutMs = startMs - originMs + signedTicks(known.pts, head.pts) / TICKS_PER_MS;
  const place = stream.checksums.indexOf(known.checksum);
  const perRound = stream.checksums.length;
  const knownFrame = place + perRound * Math.round((aboutMs / stream.msPerFrame - place) / perRound);
  return (pts) => knownFrame + Math.round(signedTicks(pts, known.pts) / stream.ticksPerFrame);
}

/** The shorter way from one time stamp to another: they wrap around. */
function signedTicks(to: number, from: number): number {
  const forward = (to - from + PTS_MODULUS) % PTS_MODULUS;
  return forward < PTS_MODULUS / 2 ? forward : forward - PTS_MODULUS;
}
