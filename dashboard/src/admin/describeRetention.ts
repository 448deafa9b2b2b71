import type { Retention } from '@sightline/shared';
import { formatBytes } from '../ui/format.ts';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** Says what of a company's recordings is deleted when. */
export function describeRetention({ maxAgeMs, maxBytes, minAgeMs }: Retention): string {
  const rules = [
    ...(maxAgeMs === null ? [] : [`A session is deleted ${inUnits(maxAgeMs)} after it ended.`]),
    ...(maxBytes === null
      ? []
      : [`When there is more than ${formatBytes(maxBytes)}, the oldest sessions are deleted.`]),
  ];
  const kept = rules.length === 0 ? ['Nothing is deleted by age or size.'] : rules;
  const young = minAgeMs === 0 ? '' : `, but none younger than ${inUnits(minAgeMs)}`;
  return [
    ...kept,
    `When a recorder’s disk is nearly full, the oldest sessions go first${young}.`,
    'What is held is never deleted.',
  ].join(' ');
}

/** Says in short how long a company's recordings are kept. */
export function describeKept({ maxAgeMs, maxBytes }: Retention): string {
  if (maxAgeMs === null && maxBytes === null) return 'As long as there is room';
  const limits = [
    ...(maxAgeMs === null ? [] : [inUnits(maxAgeMs)]),
    ...(maxBytes === null ? [] : [formatBytes(maxBytes)]),
  ];
  return `At most ${limits.join(' and ')}`;
}

/** A length of time without rounding, as `30 days` or `1.5 hours`. */
function inUnits(lengthMs: number): string {
  const [name, unitMs] = UNITS.find(([, size]) => lengthMs >= size && lengthMs % size === 0) ??
    UNITS.find(([, size]) => lengthMs >= size) ?? ['minute', 60_000];
  const count = Math.round((lengthMs / unitMs) * 10) / 10;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
