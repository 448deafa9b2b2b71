import { HttpProblem } from '@sightline/shared/node';
import type { RecordedMedia } from '../db/recordedMedia.ts';
import type { RecorderLink, RecorderPool } from './recorderPool.ts';

/** How much of some media a recorder has. */
export interface Holding {
  recorderId: string;
  recordedMs: number;
}

/** Who has how much of this media, the most first. */
export function holdingsOf(media: readonly Pick<RecordedMedia, 'recordedMs'>[]): Holding[] {
  const held = new Map<string, number>();
  for (const [recorderId, recordedMs] of media.flatMap((one) => [...one.recordedMs])) {
    held.set(recorderId, (held.get(recorderId) ?? 0) + recordedMs);
  }
  return [...held]
    .map(([recorderId, recordedMs]) => ({ recorderId, recordedMs }))
    .sort((a, b) => b.recordedMs - a.recordedMs);
}

/**
 * The recorder that serves this media: the one that is wanted, or, of those that are connected, the one that has most of
 * it. What only others have is not in what it makes of it; of media that nobody has yet, any recorder can say so.
 *
 * @throws {HttpProblem} 503
 */
export function holderOf(
  media: readonly Pick<RecordedMedia, 'recordedMs'>[],
  recorders: Pick<RecorderPool, 'find' | 'pick'>,
  wantedId?: string,
): RecorderLink {
  const wanted = holdingsOf(media).filter(
    ({ recorderId }) => wantedId === undefined || recorderId === wantedId,
  );
  const isNowhere = wanted.length === 0 && wantedId === undefined;
  const link = isNowhere
    ? recorders.pick()
    : wanted.flatMap(({ recorderId }) => recorders.find(recorderId) ?? [])[0];
  if (link !== undefined) return link;
  throw new HttpProblem(
    503,
    'recorder-missing',
    'The recorder that has this is not connected; start it and ask again.',
  );
}
