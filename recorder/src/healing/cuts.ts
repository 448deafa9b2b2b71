import type { Interval } from '@sightline/shared';
import type { ProbedVideo } from '../ffmpeg/probeVideo.ts';

/** A stretch of a file that becomes segments in one go. Times of the file are ms from its first frame. */
export interface Cut {
  /** `copy` begins at a key frame; `encode` shows what was to be seen at its very beginning. */
  mode: 'copy' | 'encode';
  /** Positions of its frames in the order in which they are shown: from the first one to behind the last one. */
  fromFrame: number;
  toFrame: number;
  /** When each of its segments begins; the first one is the beginning of all. */
  startsMs: readonly number[];
  /** Where it ends. */
  endMs: number;
}

/** How segments are to be. */
export interface CutRules {
  /** A segment ends at the first frame, or key frame, after this. */
  segmentMs: number;
  /** Where key frames lie further apart, everything is encoded. */
  maxSegmentMs: number;
}

/** A frame that begins this much after a cut shows what is wanted. */
const PRECISION_MS = 20;

/**
 * Plans how the parts of a file that lie in `gaps` become segments: copied from key frame to key frame, and encoded from a
 * gap's beginning to the first key frame in it, for a copy can begin nowhere else. It may end anywhere.
 *
 * @param gaps ms from the file's first frame, in order
 */
export function planCuts(video: ProbedVideo, gaps: readonly Interval[], rules: CutRules): Cut[] {
  return gaps.flatMap((gap) => cutGap(video, gap, rules));
}

function cutGap(video: ProbedVideo, { fromMs, toMs }: Interval, rules: CutRules): Cut[] {
  const { frames } = video;
  const fromFrame = Math.max(
    0,
    frames.findLastIndex(({ atMs }) => atMs <= fromMs),
  );
  const end = frames.findIndex(({ atMs }) => atMs >= toMs);
  const toFrame = Math.max(fromFrame + 1, end === -1 ? frames.length : end);
  const key = frames.findIndex(
    ({ atMs, isKey }, at) => isKey && at >= fromFrame && atMs >= fromMs - PRECISION_MS,
  );
  const copied = key === -1 || key >= toFrame ? [] : copyFrom(video, key, toFrame, toMs, rules);
  const firstCopied = copied[0]?.fromFrame ?? toFrame;
  if (firstCopied <= fromFrame) return copied;
  const encodedToMs = copied[0]?.startsMs[0] ?? toMs;
  return [
    encodeFrom(video, { fromFrame, toFrame: firstCopied, fromMs, toMs: encodedToMs }, rules),
    ...copied,
  ];
}

/** Nothing if it cannot be copied. */
function copyFrom(
  { codec, reordered, frames }: ProbedVideo,
  fromFrame: number,
  toFrame: number,
  endMs: number,
  { segmentMs, maxSegmentMs }: CutRules,
): Cut[] {
  if (codec !== 'h264' || reordered) return [];
  const startsMs: number[] = [];
  let longestMs = 0;
  for (const { atMs, isKey } of frames.slice(fromFrame, toFrame)) {
    const last = startsMs.at(-1);
    if (!isKey || (last !== undefined && atMs - last < segmentMs)) continue;
    if (last !== undefined) longestMs = Math.max(longestMs, atMs - last);
    startsMs.push(atMs);
  }
  longestMs = Math.max(longestMs, endMs - (startsMs.at(-1) ?? endMs));
  const isStatic = toFrame - fromFrame <= startsMs.length;
  if (longestMs > maxSegmentMs && !isStatic) return [];
  return [{ mode: 'copy', fromFrame, toFrame, startsMs, endMs }];
}

function encodeFrom(
  { frames }: ProbedVideo,
  { fromFrame, toFrame, fromMs, toMs }: Interval & { fromFrame: number; toFrame: number },
  { segmentMs }: CutRules,
): Cut {
  const startsMs = [Math.max(fromMs, frames[fromFrame]?.atMs ?? fromMs)];
  for (const { atMs } of frames.slice(fromFrame, toFrame)) {
    if (atMs - (startsMs.at(-1) ?? 0) >= segmentMs) startsMs.push(atMs);
  }
  return { mode: 'encode', fromFrame, toFrame, startsMs, endMs: toMs };
}
