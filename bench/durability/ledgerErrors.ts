import type { Interval, LedgerSpan } from '@sightline/shared';
import type { RecordedStream } from './losses.ts';

/** Media and ledger may differ by this much at every edge. */
const TOLERANCE_MS = 100;

/** Something in a ledger that is not so. */
export interface LedgerError extends Interval {
  what: 'recorded-without-media' | 'media-without-record' | 'unexplained' | 'not-whole';
}

/** Compares a track's ledger with the frames that are in its recording, within the stretch that the ledger is about. */
export function ledgerErrors(
  spans: readonly LedgerSpan[],
  session: Interval,
  stream: RecordedStream,
): LedgerError[] {
  const recorded = merged(spans.filter(({ state }) => state === 'recorded'));
  const covered = merged(
    [...stream.onDisk].map((frame) => {
      const fromMs = stream.originMs + frame * stream.msPerFrame;
      return { fromMs, toMs: fromMs + stream.msPerFrame };
    }),
  );
  const tooLong = ({ fromMs, toMs }: Interval): boolean => toMs - fromMs > TOLERANCE_MS;
  const named = (what: LedgerError['what']) => (interval: Interval) => ({ ...interval, what });
  return [
    ...without(recorded, covered).filter(tooLong).map(named('recorded-without-media')),
    ...without(covered, recorded).filter(tooLong).map(named('media-without-record')),
    ...spans
      .filter((span) => span.state === 'missing' && span.reason === 'unknown')
      .map(({ fromMs, toMs }) => ({ fromMs, toMs, what: 'unexplained' as const })),
    ...(liesEndToEnd(spans, session) ? [] : [named('not-whole')(session)]),
  ];
}

function liesEndToEnd(spans: readonly LedgerSpan[], session: Interval): boolean {
  let atMs = session.fromMs;
  for (const { fromMs, toMs } of spans) {
    if (fromMs !== atMs || toMs <= fromMs) return false;
    atMs = toMs;
  }
  return atMs === session.toMs;
}

/** In order, with those put together that lie within the tolerance of each other. */
function merged(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.toSorted((a, b) => a.fromMs - b.fromMs);
  const whole: Interval[] = [];
  for (const { fromMs, toMs } of sorted) {
    const last = whole.at(-1);
    if (last === undefined || fromMs - last.toMs > TOLERANCE_MS) whole.push({ fromMs, toMs });
    else last.toMs = Math.max(last.toMs, toMs);
  }
  return whole;
}

/** What of `some` lies in none of `others`; both in order, and apart. */
function without(some: readonly Interval[], others: readonly Interval[]): Interval[] {
  const left: Interval[] = [];
  for (const { fromMs, toMs } of some) {
    let atMs = fromMs;
    for (const other of others) {
      if (other.toMs <= atMs || other.fromMs >= toMs) continue;
      if (other.fromMs > atMs) left.push({ fromMs: atMs, toMs: other.fromMs });
      atMs = Math.max(atMs, other.toMs);
    }
    if (atMs < toMs) left.push({ fromMs: atMs, toMs });
  }
  return left;
}
