import type { LedgerSpan, MissingReason, SessionLedger } from '@sightline/shared';
import type { WallSpan } from './mediaTimeline.ts';

/** What a stretch of a timeline looks like: each has a colour, a pattern, and a name of its own. */
export type CoverageLook = 'live' | 'healed' | 'awaiting' | 'off' | 'deleted' | 'lost';

/** A stretch of wall time of which one thing is true. */
export interface CoverageSpan extends WallSpan {
  look: CoverageLook;
  /** Ends a sentence that begins with the time: `recorded live`, `not recorded: the user had paused`. */
  words: string;
}

/** What a timeline shows: every moment of the range that lies in a session belongs to a span. */
export interface Coverage {
  range: WallSpan;
  /** In order, without overlaps. */
  spans: CoverageSpan[];
}

/** What the looks are called, in the order of a legend. */
export const LOOKS: readonly (readonly [CoverageLook, string])[] = [
  ['live', 'Recorded live'],
  ['healed', 'Recorded on the machine, uploaded later'],
  ['awaiting', 'On the machine, upload to come'],
  ['off', 'Nothing to record'],
  ['deleted', 'Deleted'],
  ['lost', 'Missing'],
];

const MISSING: Readonly<Record<MissingReason, readonly [CoverageLook, string]>> = {
  starting: ['off', 'the first picture was on its way'],
  'not-shared': ['off', 'this display was not shared'],
  'sleep-or-lock': ['off', 'the machine slept or was locked'],
  'paused-by-user': ['off', 'the user had paused'],
  'policy-blackout': ['off', 'the policy forbade it'],
  'awaiting-upload': ['awaiting', 'the machine has it and will upload it'],
  deleted: ['deleted', 'it was deleted lawfully'],
  reconnecting: ['lost', 'the machine was not connected'],
  'recorder-restart': ['lost', 'no recorder was running'],
  'sfu-restart': ['lost', 'the server restarted'],
  'worker-restart': ['lost', 'a media worker of the server restarted'],
  'packet-loss': ['lost', 'packets were lost on the network'],
  'disk-full': ['lost', 'the recorder’s disk was full'],
  'admission-refused': ['lost', 'the recorder had no capacity left'],
  stalled: ['lost', 'the recording stood still'],
  unknown: ['lost', 'nothing explains it; an alarm was raised'],
};

/** Puts a reason into words that end a sentence. */
export const describeMissing = (reason: MissingReason): string => MISSING[reason][1];

function toCoverage(span: LedgerSpan): CoverageSpan {
  const times = { startMs: span.fromMs, endMs: span.toMs };
  if (span.state === 'missing') {
    const [look, words] = MISSING[span.reason];
    return { ...times, look, words: `not recorded: ${words}` };
  }
  if (span.source === 'live') return { ...times, look: 'live', words: 'recorded live' };
  return { ...times, look: 'healed', words: 'recorded on the machine itself and uploaded later' };
}

/**
 * Lays out what is known of a track of some sessions.
 *
 * @param ledgers of sessions of one device, which do not overlap.
 * @param range what is shown; from the start of the first session to the end of the last if it is not given.
 */
export function layOutCoverage(
  ledgers: readonly SessionLedger[],
  trackId: string,
  range?: WallSpan,
): Coverage | undefined {
  const all = ledgers
    .flatMap(({ tracks }) => tracks.find((track) => track.trackId === trackId)?.spans ?? [])
    .map(toCoverage)
    .sort((a, b) => a.startMs - b.startMs);
  const startMs = range?.startMs ?? all[0]?.startMs;
  const endMs = range?.endMs ?? all.at(-1)?.endMs;
  if (startMs === undefined || endMs === undefined || endMs <= startMs) return undefined;
  const spans = all
    .map((span) => ({
      ...span,
      startMs: Math.max(span.startMs, startMs),
      endMs: Math.min(span.endMs, endMs),
    }))
    .filter((span) => span.endMs > span.startMs);
  return { range: { startMs, endMs }, spans };
}

/** The stretch that a moment lies in; undefined outside of sessions. */
export const spanAt = ({ spans }: Coverage, atMs: number): CoverageSpan | undefined =>
  spans.find(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);

/** Whether a stretch can be played. */
export const isRecorded = ({ look }: CoverageSpan): boolean => look === 'live' || look === 'healed';

/** How much time the spans of a look take, in milliseconds. */
export const lengthOf = ({ spans }: Coverage, matches: (span: CoverageSpan) => boolean): number =>
  spans.filter(matches).reduce((sumMs, { startMs, endMs }) => sumMs + endMs - startMs, 0);
