import { union, type Interval, type MediaElsewhere } from '@sightline/shared';
import { formatDateTime, formatDuration, formatTimeOfDay } from '../ui/format.ts';

/** What a recorder has that is not here. */
export interface RecorderPart {
  recorderId: string;
  stretches: readonly Interval[];
}

/** More than these are not read in a line. */
const MAX_NAMED = 4;

/** What each recorder has, of whatever display and session, in order of time. */
export const partsOf = (elsewhere: readonly MediaElsewhere[]): RecorderPart[] =>
  [...Map.groupBy(elsewhere, ({ recorderId }) => recorderId)].map(([recorderId, stretches]) => ({
    recorderId,
    stretches: union(stretches),
  }));

/** Stretches of time in words: when, and how long they are together. */
export function describeStretches(stretches: readonly Interval[]): string {
  const lengthMs = stretches.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const named = stretches.slice(0, MAX_NAMED).map(describeStretch);
  const more = stretches.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''} (${formatDuration(lengthMs)})`;
}

function describeStretch({ fromMs, toMs }: Interval): string {
  const from = formatDateTime(fromMs);
  const to = formatDateTime(toMs);
  const sameDay = from.slice(0, 10) === to.slice(0, 10);
  return `${from} – ${sameDay ? formatTimeOfDay(toMs) : to}`;
}
