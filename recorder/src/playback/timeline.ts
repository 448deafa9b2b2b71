import type { SegmentRef } from '../store/segmentStore.ts';
import type { RecordedRun, RecordedSegment, RecordedTrack } from './recordedTrack.ts';

/** A segment in its place in time. */
export interface TimelineSegment extends SegmentRef {
  sha256: string;
  /** It does not go on from the media before it: another run, or something between is missing. */
  discontinuous: boolean;
  /** How long it is shown: less than it lasts where other media stands for its lost end. */
  shownMs: number;
}

/** Half open: [fromMs, toMs). */
export interface TimeRange {
  fromMs: number;
  toMs: number;
}

/** What is wanted of some tracks. */
export interface TimelineOptions {
  /** Only what touches it. */
  range?: TimeRange;
  /**
   * Nothing that was healed or deleted later shows (ms since 1970, the recorder's clock): a playlist that is being
   * played may grow at its end only (RFC 8216, section 6.2.1).
   */
  asOfMs: number;
}

/** Of a segment that others overlap, less than this is not worth a jump in time. */
const MIN_NEW_MS = 250;

interface Candidate {
  run: RecordedRun;
  segment: RecordedSegment;
}

/** Whether a segment touches a range. */
export const touches = (
  { startMs, durationMs }: Pick<RecordedSegment, 'startMs' | 'durationMs'>,
  { fromMs, toMs }: TimeRange,
): boolean => startMs < toMs && startMs + Math.max(durationMs, 1) > fromMs;

/**
 * Puts the segments of some tracks in order of wall time, healed ones at their place; `maxGaplessMs` is the longest
 * segment behind which the media's own time can still be followed. Where segments overlap, live ones win, and the earlier one.
 */
export function layOut(
  tracks: readonly RecordedTrack[],
  { range, asOfMs }: TimelineOptions,
  maxGaplessMs: number,
): TimelineSegment[] {
  const candidates = tracks
    .flatMap(({ runs }) => runs)
    .flatMap((run) => run.segments.map((segment) => ({ run, segment })))
    .filter(
      ({ run, segment }) =>
        (segment.deletedAtMs === undefined || segment.deletedAtMs > asOfMs) &&
        (run.source === 'live' || segment.addedAtMs <= asOfMs) &&
        (range === undefined || touches(segment, range)),
    )
    .sort(byTime);
  const live = withoutRepeats(candidates.filter(({ run }) => run.source === 'live'));
  const covered = merge(live);
  const healed = withoutRepeats(candidates.filter(({ run }) => run.source === 'healed')).filter(
    ({ segment }) => isNew(segment, segment.durationMs - overlapMs(segment, covered)),
  );
  const placed = healed.length === 0 ? live : [...live, ...healed].sort(byTime);
  return placed.map(({ run, segment }, at) => {
    const before = placed[at - 1];
    const goesOn =
      before === undefined ||
      (before.run === run &&
        before.segment.index + 1 === segment.index &&
        before.segment.durationMs <= maxGaplessMs);
    const { index, startMs, durationMs, sha256 } = segment;
    const name = { index, startMs, durationMs };
    const shownMs = shownMsOf(segment, placed[at + 1]?.segment.startMs);
    return { runFolder: run.folder, name, sha256, discontinuous: !goesOn, shownMs };
  });
}

/** What was lost at its end lasts until the next segment begins. */
function shownMsOf({ startMs, durationMs, mediaEndMs }: RecordedSegment, nextMs: number | undefined): number {
  if (nextMs === undefined) return durationMs;
  return Math.min(durationMs, Math.max(mediaEndMs, nextMs) - startMs);
}

function byTime(a: Candidate, b: Candidate): number {
  return (
    a.segment.startMs - b.segment.startMs ||
    (a.run.folder < b.run.folder ? -1 : Number(a.run.folder > b.run.folder)) ||
    a.segment.index - b.segment.index
  );
}

/** Whether enough of a segment is new to be shown. */
const isNew = ({ durationMs }: RecordedSegment, newMs: number): boolean =>
  newMs * 2 >= Math.min(durationMs, 2 * MIN_NEW_MS);

/** Leaves out what others before it have shown. */
function withoutRepeats(ordered: readonly Candidate[]): Candidate[] {
  let shownToMs = 0;
  return ordered.filter(({ segment }) => {
    const endMs = segment.mediaEndMs;
    if (!isNew(segment, endMs - Math.max(segment.startMs, shownToMs))) return false;
    shownToMs = Math.max(shownToMs, endMs);
    return true;
  });
}

/** The time that is covered, as ranges that do not touch each other. */
function merge(ordered: readonly Candidate[]): TimeRange[] {
  const merged: TimeRange[] = [];
  for (const { segment } of ordered) {
    const last = merged.at(-1);
    const toMs = segment.mediaEndMs;
    if (last !== undefined && segment.startMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else merged.push({ fromMs: segment.startMs, toMs });
  }
  return merged;
}

function overlapMs({ startMs, durationMs }: RecordedSegment, covered: readonly TimeRange[]): number {
  let sumMs = 0;
  for (const { fromMs, toMs } of covered) {
    sumMs += Math.max(0, Math.min(toMs, startMs + durationMs) - Math.max(fromMs, startMs));
  }
  return sumMs;
}
