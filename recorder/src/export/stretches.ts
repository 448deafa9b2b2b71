import type { PictureSize } from '../ffmpeg/spsSize.ts';
import type { TsFrames } from '../ffmpeg/tsFrames.ts';
import { PTS_PER_MS } from '../ffmpeg/tsTimestamps.ts';
import type { TimelineSegment, TimeRange } from '../playback/timeline.ts';

/** A segment with what its media tells. */
export interface ReadSegment extends TimelineSegment, TsFrames {}

/** Segments that follow each other without a hole, and what of them is wanted: one part of a video. */
export interface Stretch {
  segments: readonly ReadSegment[];
  /** Wall time of the first frame of the first segment, and its presentation time in 90 kHz. */
  startMs: number;
  startPts: number;
  /** What of it is wanted, in wall time. */
  range: TimeRange;
  hasAudio: boolean;
}

/** Cuts a timeline where it does not go on, and to the range; what two stretches have is in the earlier one only as far as the later one does not begin. */
export function stretchesOf(timeline: readonly ReadSegment[], range: TimeRange): Stretch[] {
  const groups: ReadSegment[][] = [];
  let broken = true;
  for (const segment of timeline) {
    // Of a segment without a frame nothing can be shown, and what follows it cannot be timed by it.
    if (segment.frames.length === 0) {
      broken = true;
      continue;
    }
    const last = groups.at(-1);
    if (last === undefined || broken || segment.discontinuous) groups.push([segment]);
    else last.push(segment);
    broken = false;
  }
  return groups.flatMap((segments, at): Stretch[] => {
    const [first] = segments;
    const last = segments.at(-1)?.name;
    if (first === undefined || last === undefined) return [];
    const nextMs = groups[at + 1]?.[0]?.name.startMs ?? Number.POSITIVE_INFINITY;
    const { startMs } = first.name;
    const fromMs = Math.max(startMs, range.fromMs);
    const toMs = Math.min(last.startMs + last.durationMs, nextMs, range.toMs);
    if (toMs <= fromMs) return [];
    return [
      {
        segments,
        startMs,
        startPts: first.frames[0]?.pts ?? 0,
        range: { fromMs, toMs },
        hasAudio: segments.some(({ hasAudio }) => hasAudio),
      },
    ];
  });
}

/** The presentation time of a moment of a stretch, in 90 kHz. */
export const ptsAt = ({ startMs, startPts }: Stretch, wallMs: number): number =>
  startPts + (wallMs - startMs) * PTS_PER_MS;

/** The wall time of a presentation time. */
export const wallMsAt = ({ startMs, startPts }: Stretch, pts: number): number =>
  startMs + (pts - startPts) / PTS_PER_MS;

/** All sizes that pictures of some stretches have. */
export function sizesOf(stretches: readonly Stretch[]): PictureSize[] {
  const sizes = new Map<string, PictureSize>();
  for (const { segments } of stretches) {
    for (const { size } of segments.flatMap(({ keyFrames }) => keyFrames)) {
      if (size !== undefined) sizes.set(`${size.width}x${size.height}`, size);
    }
  }
  return [...sizes.values()];
}

/** The smallest size, of even numbers, into which all of these fit. */
export const enclosing = (sizes: readonly PictureSize[]): PictureSize => ({
  width: even(Math.max(...sizes.map(({ width }) => width))),
  height: even(Math.max(...sizes.map(({ height }) => height))),
});

const even = (pixels: number): number => pixels + (pixels % 2);
