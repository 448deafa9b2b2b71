import { subtract, union, type Interval, type LedgerSpan } from '@sightline/shared';
import { EvidenceFault } from './finding.ts';
import type { CheckedManifest } from './manifestCheck.ts';
import type { ListedSegment } from './runBook.ts';

/** By so much may ledger and segments differ: three frames at 30 fps, as where the ledger is made. */
const TOLERANCE_MS = 100;

/**
 * Checks that a manifest's ledger accounts for all of the session, and says of what the segments hold that it is recorded.
 *
 * @param alone whether no other recorder has a part of the session: what is recorded must then be here.
 * @throws {EvidenceFault} `ledger`
 */
export function checkLedger({ file, begin, segments, ledger }: CheckedManifest, alone: boolean): void {
  if (ledger === undefined) return;
  const session = { fromMs: begin.sessionStartedAtMs, toMs: ledger.endedAtMs };
  const refuse = (message: string): never => {
    throw new EvidenceFault('ledger', { file, entry: ledger.number }, message);
  };
  const known = segments.filter(({ entry }) => entry < ledger.number);
  const strangers = known.filter(({ trackId }) => !ledger.tracks.some((track) => track.trackId === trackId));
  for (const { trackId } of strangers)
    refuse(`The ledger does not know track ${trackId}, which has segments.`);
  for (const { trackId, spans } of ledger.tracks) {
    const gapMs = findGap(spans, session);
    if (gapMs !== undefined)
      refuse(`The ledger of ${trackId} does not account for ${at(gapMs)}: its spans must lie end to end.`);
    const ours = known.filter((segment) => segment.trackId === trackId);
    const pictures = picturesOf(ours);
    const extents = union(ours.map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs })));
    const recorded = union(spans.filter(({ state }) => state === 'recorded'));
    const had = union(spans.filter((span) => span.state === 'recorded' || span.reason === 'deleted'));
    const denied = firstTooLong(clip(subtract(pictures, had), session));
    if (denied !== undefined)
      refuse(`The ledger of ${trackId} says that ${at(denied.fromMs)} is missing, and a segment holds it.`);
    const invented = alone ? firstTooLong(subtract(recorded, extents)) : undefined;
    if (invented !== undefined)
      refuse(
        `The ledger of ${trackId} says that ${at(invented.fromMs)} was recorded, and no segment holds it.`,
      );
  }
}

/** Where spans do not lie end to end from the session's start to its end; undefined: they do. */
export function findGap(spans: readonly LedgerSpan[], session: Interval): number | undefined {
  let untilMs = session.fromMs;
  for (const { fromMs, toMs } of spans) {
    if (fromMs !== untilMs || toMs <= fromMs) return untilMs;
    untilMs = toMs;
  }
  return untilMs === session.toMs || session.toMs <= session.fromMs ? undefined : untilMs;
}

/** When segments have pictures: without what was lost on the way to the recorder. */
export const picturesOf = (segments: readonly ListedSegment[]): Interval[] =>
  union(
    segments.flatMap(({ startMs, endMs, holes }) =>
      subtract(union([{ fromMs: startMs, toMs: endMs }]), union(holes)),
    ),
  );

/** A moment, in messages. */
export const at = (timeMs: number): string => new Date(timeMs).toISOString();

/** What of intervals lies within one; such as do not are empty, or less. */
export const clip = (intervals: readonly Interval[], { fromMs, toMs }: Interval): Interval[] =>
  intervals.map((one) => ({ fromMs: Math.max(one.fromMs, fromMs), toMs: Math.min(one.toMs, toMs) }));

/** The first of intervals that is longer than ledger and segments may differ by. */
export const firstTooLong = (intervals: readonly Interval[]): Interval | undefined =>
  intervals.find(({ fromMs, toMs }) => toMs - fromMs > TOLERANCE_MS);
