import type { RecordedRun, RecordedSession } from '@sightline/shared';
import type { WallSpan } from './mediaTimeline.ts';

/** What the timeline of a track shows. */
export interface TrackTimeline {
  range: WallSpan;
  recorded: WallSpan[];
  gaps: Gap[];
}

/** Wall time that was not recorded, and what ended the run before it. */
export interface Gap extends WallSpan {
  reason: string;
}

const REASONS: Record<NonNullable<RecordedRun['endReason']>, string> = {
  silent: 'nothing was sent',
  stopped: 'the sharing was stopped',
  stalled: 'the recording stalled',
  'ffmpeg-exited': 'the recording process ended',
  'start-failed': 'the recording could not start',
  'worker-died': 'the media worker was replaced',
  'recorder-lost': 'the recorder was lost',
};

const describeEndReason = (reason: RecordedRun['endReason']): string =>
  reason === null ? 'not known' : REASONS[reason];

/** The stretches that a track's runs cover, as far as the list of sessions knows. */
export function spansOfRuns(runs: readonly RecordedRun[]): WallSpan[] {
  return runs
    .filter(({ recordedMs }) => recordedMs > 0)
    .map(({ startedAtMs, recordedMs }) => ({ startMs: startedAtMs, endMs: startedAtMs + recordedMs }))
    .sort((a, b) => a.startMs - b.startMs);
}

/**
 * Lays out a track in wall time.
 *
 * @param recorded its recorded stretches, in order.
 * @param nowMs the server's wall time; a running session reaches up to it.
 */
export function layOutTrack(
  session: RecordedSession,
  runs: readonly RecordedRun[],
  recorded: WallSpan[],
  nowMs: number,
): TrackTimeline {
  const startMs = recorded[0]?.startMs ?? session.startedAtMs;
  const lastMs = recorded.at(-1)?.endMs ?? startMs;
  const endMs = session.endedAtMs === null ? Math.max(lastMs, nowMs) : lastMs;
  const gaps = recorded.slice(1).map((next, at): Gap => {
    const gap = { startMs: recorded[at]?.endMs ?? next.startMs, endMs: next.startMs };
    const before = runs.findLast(({ startedAtMs }) => startedAtMs < gap.startMs);
    return { ...gap, reason: describeEndReason(before?.endReason ?? null) };
  });
  return { range: { startMs, endMs: Math.max(endMs, startMs + 1) }, recorded, gaps };
}

const TICK_STEPS_MS = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 7_200, 21_600].map((s) => s * 1_000);

/** Round times of day for the labels under a timeline, at most `maxCount` of them. */
export function tickTimes({ startMs, endMs }: WallSpan, maxCount: number): number[] {
  const stepMs =
    TICK_STEPS_MS.find((step) => (endMs - startMs) / step <= maxCount) ??
    TICK_STEPS_MS.at(-1) ??
    endMs - startMs;
  const ticks: number[] = [];
  for (
    let atMs = Math.ceil(startMs / stepMs) * stepMs;
    atMs <= endMs && ticks.length < maxCount;
    atMs += stepMs
  ) {
    ticks.push(atMs);
  }
  return ticks;
}

/** How far into a span a time lies, from 0 to 1. */
export const shareOf = (atMs: number, { startMs, endMs }: WallSpan): number =>
  Math.min(1, Math.max(0, (atMs - startMs) / (endMs - startMs)));
