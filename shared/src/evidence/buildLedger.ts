import { explainHole, type RunEnd } from './explainHole.ts';
import { intersect, subtract, union } from './intervals.ts';
import type { Interval, LedgerSpan, MissingReason } from './ledger.ts';
import type { RunEndReason } from '../protocol/recorder.ts';

/** Two segments of a run that lie no further apart follow each other: three frames at 30 fps. */
const MAX_ROUNDING_MS = 100;

/** A segment of a track. */
export interface LedgerSegment {
  runId: string;
  startMs: number;
  durationMs: number;
  /** Within it, what was lost on the way to the recorder. */
  holes: readonly Interval[];
  /** `healed`: recorded by the agent itself, uploaded later. */
  source: 'live' | 'healed';
  /** Its media was deleted lawfully. */
  deleted: boolean;
}

/** A live run of a track. */
export interface LedgerRun {
  runId: string;
  startedAtMs: number;
  /** Null: it is under way. */
  endedAtMs: number | null;
  endReason: RunEndReason | null;
}

/** Why nothing could be recorded for a while. */
export interface LedgerInterruption {
  reason: MissingReason;
  fromMs: number;
  /** Null: it lasts. */
  toMs: number | null;
}

/** All that is on record of a track. */
export interface TrackRecord {
  segments: readonly LedgerSegment[];
  runs: readonly LedgerRun[];
  interruptions: readonly LedgerInterruption[];
  /** What the agent has recorded itself, and will upload. */
  awaited: readonly Interval[];
}

/**
 * The coverage ledger of a track (docs/adr/008-coverage-ledger.md): what is recorded follows from segments alone;
 * interruptions and the ends of runs only say why the rest is missing.
 *
 * @returns spans that lie end to end from the session's start to its end, neighbours of one kind joined. Whatever the
 * order of the input, they are the same.
 */
export function buildLedger(session: Interval, track: TrackRecord): LedgerSpan[] {
  const whole = union([session]);
  const live = mediaOf(track.segments, 'live');
  const healed = mediaOf(track.segments, 'healed');
  const layers: Layer[] = [
    [live.present, (at) => ({ state: 'recorded', ...at, source: 'live' })],
    [healed.present, (at) => ({ state: 'recorded', ...at, source: 'healed' })],
    [union([...live.deleted, ...healed.deleted]), missing('deleted')],
    [union(track.awaited), missing('awaiting-upload')],
  ];
  // What the agent recorded fills a hole, and does not divide it: why it was one stays the same.
  const holes = subtract(whole, live.extent);
  const causes = { interruptions: track.interruptions, ends: endsOf(track) };
  const reasons = holes.flatMap((hole) => explainHole(hole, session, causes));
  const reasonLayers = [...Map.groupBy(reasons, ({ reason }) => reason)].map(([reason, spans]): Layer => [
    union(spans),
    missing(reason),
  ]);
  return paint(whole, [...layers, ...reasonLayers, [whole, missing('packet-loss')]]);
}

function endsOf({ runs, segments }: TrackRecord): RunEnd[] {
  const segmentsOf = Map.groupBy(segments, ({ runId }) => runId);
  return runs.flatMap(({ runId, startedAtMs, endedAtMs, endReason: reason }) => {
    if (endedAtMs === null || reason === null) return [];
    const ends = (segmentsOf.get(runId) ?? []).map((segment) => extentOf(segment).toMs);
    const lastPictureMs = ends.reduce((latest, end) => Math.max(latest, end), startedAtMs);
    return [{ reason, lastPictureMs, endedAtMs }];
  });
}

type Layer = [intervals: readonly Interval[], toSpan: (at: Interval) => LedgerSpan];

const missing =
  (reason: MissingReason) =>
  (at: Interval): LedgerSpan => ({ state: 'missing', ...at, reason });

/** The first layer that has a moment decides what it is. */
function paint(whole: readonly Interval[], layers: readonly Layer[]): LedgerSpan[] {
  const spans: LedgerSpan[] = [];
  let bare = whole;
  for (const [intervals, toSpan] of layers) {
    spans.push(...intersect(bare, intervals).map(toSpan));
    bare = subtract(bare, intervals);
  }
  return joinNeighbours(spans.toSorted((a, b) => a.fromMs - b.fromMs));
}

function joinNeighbours(spans: readonly LedgerSpan[]): LedgerSpan[] {
  const joined: LedgerSpan[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last !== undefined && kindOf(last) === kindOf(span)) last.toMs = span.toMs;
    else joined.push({ ...span });
  }
  return joined;
}

const kindOf = (span: LedgerSpan): string => (span.state === 'recorded' ? span.source : span.reason);

/** The media of one source. */
interface Media {
  /** Between the first and the last picture of segments, holes included, deleted ones too. */
  extent: Interval[];
  /** What can be played. */
  present: Interval[];
  /** What could be played once. */
  deleted: Interval[];
}

function mediaOf(segments: readonly LedgerSegment[], source: LedgerSegment['source']): Media {
  const ours = [...Map.groupBy(segments, ({ runId }) => runId).values()].flatMap((run) =>
    withoutRounding(run.filter((segment) => segment.source === source)),
  );
  const whole = (deleted: boolean): Interval[] =>
    union(ours.filter((segment) => segment.deleted === deleted).flatMap(picturesOf));
  return { extent: union(ours.map(extentOf)), present: whole(false), deleted: whole(true) };
}

/** Times are whole milliseconds, and the end of an adopted segment is an estimate: a picture stands until the next one of its run. */
function withoutRounding(run: readonly LedgerSegment[]): LedgerSegment[] {
  const closed: LedgerSegment[] = [];
  let latest: LedgerSegment | undefined;
  for (const segment of run.toSorted(inOrder)) {
    const next = { ...segment };
    closed.push(next);
    if (latest !== undefined) {
      const apartMs = next.startMs - extentOf(latest).toMs;
      if (apartMs > 0 && apartMs <= MAX_ROUNDING_MS) latest.durationMs += apartMs;
    }
    if (latest === undefined || extentOf(next).toMs >= extentOf(latest).toMs) latest = next;
  }
  return closed;
}

const inOrder = (a: LedgerSegment, b: LedgerSegment): number =>
  a.startMs - b.startMs || a.durationMs - b.durationMs || Number(b.deleted) - Number(a.deleted);

const extentOf = ({ startMs, durationMs }: LedgerSegment): Interval => ({
  fromMs: startMs,
  toMs: startMs + durationMs,
});

const picturesOf = (segment: LedgerSegment): Interval[] =>
  subtract(union([extentOf(segment)]), union(segment.holes));
