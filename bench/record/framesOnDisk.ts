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
  /** Those of them that are on disk, each counted once, bit for bit and at their time, give or take 1 ms. */
  onDisk: number;
  /** Pictures on disk that are none of the sent ones, or not at their time. */
  wrong: number;
}

const PTS_MODULUS = 2 ** 33;
const TICKS_PER_MS = 90;
/** 1 ms. ffmpeg takes the time of a run's first frame from a sender report, if one came before it. */
const TOLERANCE_TICKS = TICKS_PER_MS;

/**
 * Compares what an agent sent with what its runs left. The first whole picture of a run is recognised by its checksum
 * and its wall time; each other one must be the very picture that was sent as much later as its time stamp says.
 */
export function countFrames(
  stream: CapturedStream,
  sent: SentFrames,
  runs: readonly RecordedFrames[],
): FrameCount {
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
  if (firstRecorded > sent.last) return { sent: sent.last - sent.first + 1, onDisk: 0, wrong };
  return { sent: sent.last - firstRecorded + 1, onDisk: onDisk.size, wrong };
}

/**
 * Tells which frame of the endless stream has a run's time stamp; undefined for one that lies between two frames.
 * There is no such way if not one picture of the run is known.
 */
function alignRun(
  stream: CapturedStream,
  originMs: number,
  { startMs, frames }: RecordedFrames,
): ((pts: number) => number | undefined) | undefined {
  const since = (pts: number, earlier: number): number => (pts - earlier + PTS_MODULUS) % PTS_MODULUS;
  const [head] = frames;
  const known = frames.find(({ checksum }) => stream.checksums.includes(checksum));
  if (head === undefined || known === undefined) return undefined;
  const knownMs = startMs - originMs + since(known.pts, head.pts) / TICKS_PER_MS;
  const knownFrame = recognise(stream, known.checksum, knownMs / stream.msPerFrame);
  if (knownFrame === undefined) return undefined;
  const headFrame = knownFrame - Math.round(since(known.pts, head.pts) / stream.ticksPerFrame);
  return (pts) => {
    const ticks = since(pts, head.pts);
    const later = Math.round(ticks / stream.ticksPerFrame);
    const offTicks = Math.abs(ticks - later * stream.ticksPerFrame);
    return offTicks <= TOLERANCE_TICKS ? headFrame + later : undefined;
  };
}

/** The frame of the endless stream with this checksum that lies nearest to `about`. */
function recognise(stream: CapturedStream, checksum: number, about: number): number | undefined {
  const perRound = stream.checksums.length;
  let best: number | undefined;
  for (const [place, known] of stream.checksums.entries()) {
    if (known !== checksum) continue;
    const frame = place + perRound * Math.round((about - place) / perRound);
    if (best === undefined || Math.abs(frame - about) < Math.abs(best - about)) best = frame;
  }
  return best;
}
