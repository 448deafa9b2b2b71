import { rtpTicksBetween, VIDEO_TICKS_PER_MS } from '@sightline/shared';

/** Key frames lie further apart than this, and ffmpeg's first time stamp can be off by less. */
const TOLERANCE_TICKS = 50 * VIDEO_TICKS_PER_MS;
/** Segments are asked for soon after their key frame; older knowledge only serves to extrapolate. */
const REMEMBERED = 64;

/** A frame that went out to the run. */
export interface SentFrame {
  rtpTimestamp: number;
  /** The sfu's wall time. */
  atMs: number;
}

/** A moment of a run in the sfu's wall time. */
export interface WallTime {
  atMs: number;
  /** Known, not extrapolated. */
  exact: boolean;
}

/**
 * Maps a run's media time to the sfu's wall time. Media time counts 90 kHz ticks from the run's first frame,
 * without wrapping; the run begins with the first key frame that is reported. On its way a frame can only
 * lose time, and the first one of a run loses most: the quickest of those remembered tells for all.
 */
export interface SegmentClock {
  /** Takes note of a key frame; reported once per packet, it counts once. */
  addKeyFrame(keyFrame: SentFrame): void;
  /** Takes note of any other frame; without effect before the first key frame. */
  addFrame(frame: SentFrame): void;
  /** Takes note of what is known from elsewhere: the index of the run, or a file's age. */
  addReference(ticks: number, atMs: number): void;
  /** The media time of a reported key frame; undefined if it has not been reported. */
  ticksOf(rtpTimestamp: number): number | undefined;
  /** The media time of a moment; undefined before the first key frame. */
  ticksAt(atMs: number): number | undefined;
  /** Undefined as long as nothing at all is known. */
  wallTime(ticks: number): WallTime | undefined;
}

interface Reference {
  ticks: number;
  atMs: number;
  /** Only where a key frame is can a segment begin. */
  of: 'key-frame' | 'frame' | 'elsewhere';
}

/** Builds a {@link SegmentClock} that knows nothing yet. */
export function createSegmentClock(): SegmentClock {
  let references: Reference[] = [];
  let latest: { rtpTimestamp: number; ticks: number } | undefined;

  const keyFrames = (): Reference[] => references.filter(({ of }) => of === 'key-frame');
  const offsetMs = (): number =>
    Math.min(
      ...references
        .filter(({ of }) => of !== 'elsewhere')
        .map(({ atMs, ticks }) => atMs - ticks / VIDEO_TICKS_PER_MS),
    );
  const add = (reference: Reference): void => {
    references = [...references.slice(1 - REMEMBERED), reference];
  };
  const ticksOf = (rtpTimestamp: number, known: { rtpTimestamp: number; ticks: number }): number =>
    known.ticks + rtpTicksBetween(known.rtpTimestamp, rtpTimestamp);
  return {
    addKeyFrame({ rtpTimestamp, atMs }) {
      const ticks = latest === undefined ? 0 : ticksOf(rtpTimestamp, latest);
      if (keyFrames().some((known) => known.ticks === ticks)) return;
      if (latest === undefined || ticks > latest.ticks) latest = { rtpTimestamp, ticks };
      add({ ticks, atMs, of: 'key-frame' });
    },
    addFrame({ rtpTimestamp, atMs }) {
      if (latest !== undefined) add({ ticks: ticksOf(rtpTimestamp, latest), atMs, of: 'frame' });
    },
    addReference: (ticks, atMs) => add({ ticks, atMs, of: 'elsewhere' }),
    ticksOf(rtpTimestamp) {
      if (latest === undefined) return undefined;
      const ticks = ticksOf(rtpTimestamp, latest);
      return keyFrames().some((known) => known.ticks === ticks) ? ticks : undefined;
    },
    ticksAt(atMs) {
      return latest === undefined ? undefined : (atMs - offsetMs()) * VIDEO_TICKS_PER_MS;
    },
    wallTime(ticks) {
      const near = nearest(keyFrames(), ticks);
      if (near !== undefined) {
        const reported = Math.abs(near.ticks - ticks) <= TOLERANCE_TICKS;
        return { atMs: offsetMs() + (reported ? near.ticks : ticks) / VIDEO_TICKS_PER_MS, exact: reported };
      }
      const known = nearest(references, ticks);
      if (known === undefined) return undefined;
      return { atMs: known.atMs + (ticks - known.ticks) / VIDEO_TICKS_PER_MS, exact: false };
    },
  };
}

function nearest(references: readonly Reference[], ticks: number): Reference | undefined {
  let best: Reference | undefined;
  for (const reference of references) {
    if (best === undefined || Math.abs(reference.ticks - ticks) < Math.abs(best.ticks - ticks))
      best = reference;
  }
  return best;
}
