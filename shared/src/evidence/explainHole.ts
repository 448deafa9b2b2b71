import type { RunEndReason } from '../protocol/recorder.ts';
import type { LedgerInterruption } from './buildLedger.ts';
import { intersect, subtract, union } from './intervals.ts';
import type { Interval, MissingReason } from './ledger.ts';

/** From a loss until it is noticed, and from the end of its cause until media flows, no more than this goes by. */
const MAX_REACTION_MS = 60_000;

/** From its session's start to a track's first picture, no more than this goes by. */
const MAX_STARTING_MS = 30_000;

/** What keeps media from existing at all comes before what merely may keep it from being recorded. */
const INTERRUPTIONS: readonly MissingReason[] = [
  'sleep-or-lock',
  'paused-by-user',
  'policy-blackout',
  'not-shared',
  'sfu-restart',
  'worker-restart',
  'disk-full',
  'admission-refused',
  'recorder-restart',
  'reconnecting',
  'stalled',
];

const AFTER_FAILURE: Partial<Record<RunEndReason, MissingReason>> = {
  stalled: 'stalled',
  'ffmpeg-exited': 'recorder-restart',
  'start-failed': 'recorder-restart',
  'worker-died': 'worker-restart',
  'recorder-lost': 'recorder-restart',
  'disk-full': 'disk-full',
};

const AFTER_END: Partial<Record<RunEndReason, MissingReason>> = {
  stopped: 'not-shared',
  silent: 'stalled',
};

/** A stretch without media, and why. */
export interface Explanation extends Interval {
  reason: MissingReason;
}

/** The end of a run. */
export interface RunEnd {
  reason: RunEndReason;
  /** Its beginning if it has recorded nothing. */
  lastPictureMs: number;
  endedAtMs: number;
}

/**
 * Says for every moment of a hole between live media why it is missing. In this order: interruptions; for a minute, the
 * failure that ended the run; for a minute, the interruption or failure next to what is left (a loss is noticed late, and
 * recovery takes a moment); an end that was no failure; the session's beginning; else `unknown`.
 */
export function explainHole(
  hole: Interval,
  session: Interval,
  { interruptions, ends }: { interruptions: readonly LedgerInterruption[]; ends: readonly RunEnd[] },
): Explanation[] {
  const explained: Explanation[] = [];
  const explain = (reason: MissingReason, intervals: Iterable<Interval>): void => {
    const still = subtract([hole], union(explained));
    for (const part of intersect(still, union(intervals))) explained.push({ ...part, reason });
  };
  const ended = ends
    .filter(({ lastPictureMs }) => hole.fromMs <= lastPictureMs && lastPictureMs <= hole.toMs)
    .toSorted(inOrder);
  const explainAfter = (reasons: Partial<Record<RunEndReason, MissingReason>>): void => {
    for (const end of ended) {
      const reason = reasons[end.reason];
      if (reason === undefined) continue;
      const toMs = Math.max(end.lastPictureMs, end.endedAtMs) + MAX_REACTION_MS;
      explain(reason, [{ fromMs: end.lastPictureMs, toMs }]);
    }
  };

  for (const reason of INTERRUPTIONS) {
    const lasting = interruptions.filter((interruption) => interruption.reason === reason);
    explain(
      reason,
      lasting.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? Number.POSITIVE_INFINITY })),
    );
  }
  explainAfter(AFTER_FAILURE);
  for (const rest of subtract([hole], union(explained))) {
    const neighbour =
      explained.find(({ toMs }) => toMs === rest.fromMs) ??
      explained.find(({ fromMs }) => fromMs === rest.toMs);
    if (neighbour !== undefined && lengthOf(rest) <= MAX_REACTION_MS) explain(neighbour.reason, [rest]);
  }
  explainAfter(AFTER_END);
  if (hole.fromMs === session.fromMs)
    explain(
      'starting',
      subtract([hole], union(explained)).filter(
        (rest) => rest.fromMs === hole.fromMs && lengthOf(rest) <= MAX_STARTING_MS,
      ),
    );
  explain('unknown', [hole]);
  return explained;
}

const lengthOf = ({ fromMs, toMs }: Interval): number => toMs - fromMs;

/** The latest first: what came last is what was recovered from. */
const inOrder = (a: RunEnd, b: RunEnd): number =>
  b.lastPictureMs - a.lastPictureMs || b.endedAtMs - a.endedAtMs || a.reason.localeCompare(b.reason);
