import type { AuditEntry } from '@sightline/shared';
import { formatAge, formatDateTime } from '../ui/format.ts';

/** In 2001: what is less is a duration, for nothing was put on record before. */
const FIRST_WALL_TIME_MS = 1e12;

/** Puts the details of an entry into words: times and durations as people read them, nothing that is empty. */
export function describeDetails(details: AuditEntry['details']): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => describeDetail(name, value))
    .join(', ');
}

function describeDetail(name: string, value: AuditEntry['details'][string]): string {
  if (typeof value !== 'number' || !name.endsWith('Ms')) return `${wordsOf(name)}: ${value}`;
  const words = wordsOf(name.replace(/(At)?Ms$/, ''));
  return `${words}: ${value < FIRST_WALL_TIME_MS ? formatAge(value) : formatDateTime(value)}`;
}

/** `userId` as `user id`. */
const wordsOf = (name: string): string => name.replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
