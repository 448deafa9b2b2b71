import type { AuditEntry } from '@sightline/shared';
import { formatAge, formatDateTime } from '../ui/format.ts';

/** Puts the details of an entry into words: times and durations as people read them, nothing that is empty. */
export function describeDetails(details: AuditEntry['details']): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => describeDetail(name, value))
    .join(', ');
}

function describeDetail(name: string, value: AuditEntry['details'][string]): string {
  if (typeof value === 'number' && name.endsWith('AtMs')) {
    return `${wordsOf(name.slice(0, -'AtMs'.length))}: ${formatDateTime(value)}`;
  }
  if (typeof value === 'number' && name.endsWith('Ms')) {
    return `${wordsOf(name.slice(0, -'Ms'.length))}: ${formatAge(value)}`;
  }
  return `${wordsOf(name)}: ${value}`;
}

/** `userId` as `user id`. */
const wordsOf = (name: string): string => name.replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
