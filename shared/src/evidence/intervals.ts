import type { Interval } from './ledger.ts';

/** Sorts, drops what is empty and joins what overlaps or touches: the same time as a list without overlaps. */
export function union(intervals: Iterable<Interval>): Interval[] {
  const sorted = [...intervals]
    .filter(({ fromMs, toMs }) => fromMs < toMs)
    .toSorted((a, b) => a.fromMs - b.fromMs);
  const joined: Interval[] = [];
  for (const { fromMs, toMs } of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else joined.push({ fromMs, toMs });
  }
  return joined;
}

/** What lies in both lists. Both as {@link union} leaves them. */
export function intersect(left: readonly Interval[], right: readonly Interval[]): Interval[] {
  const common: Interval[] = [];
  let at = 0;
  for (const { fromMs, toMs } of left) {
    for (; at < right.length; at += 1) {
      const other = right[at];
      if (other === undefined || other.fromMs >= toMs) break;
      const from = Math.max(fromMs, other.fromMs);
      const to = Math.min(toMs, other.toMs);
      if (from < to) common.push({ fromMs: from, toMs: to });
      if (other.toMs > toMs) break;
    }
  }
  return common;
}

/** What lies in the first list and not in the second. Both as {@link union} leaves them. */
export function subtract(whole: readonly Interval[], taken: readonly Interval[]): Interval[] {
  return intersect(whole, complement(taken));
}

function complement(intervals: readonly Interval[]): Interval[] {
  const bounds = [
    Number.NEGATIVE_INFINITY,
    ...intervals.flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
    Number.POSITIVE_INFINITY,
  ];
  const rest: Interval[] = [];
  for (let at = 0; at + 1 < bounds.length; at += 2)
    rest.push({ fromMs: bounds[at] ?? 0, toMs: bounds[at + 1] ?? 0 });
  return rest;
}
