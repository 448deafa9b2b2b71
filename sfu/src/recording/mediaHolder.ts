import { HttpProblem } from '@sightline/shared/node';
import type { RecordedMedia } from '../db/recordedMedia.ts';
import type { RecorderLink, RecorderPool } from './recorderPool.ts';

/**
 * The recorder that serves this media: of those that are connected, the one that has most of it. What only others have is
 * not in what it makes of it; of media that nobody has yet, any recorder can say so.
 *
 * @throws {HttpProblem} 503
 */
export function holderOf(
  media: readonly Pick<RecordedMedia, 'recordedMs'>[],
  recorders: Pick<RecorderPool, 'find' | 'pick'>,
): RecorderLink {
  const held = new Map<string, number>();
  for (const [recorderId, recordedMs] of media.flatMap((one) => [...one.recordedMs])) {
    held.set(recorderId, (held.get(recorderId) ?? 0) + recordedMs);
  }
  const links = [...held]
    .sort(([, a], [, b]) => b - a)
    .flatMap(([recorderId]) => recorders.find(recorderId) ?? []);
  const link = held.size === 0 ? recorders.pick() : links[0];
  if (link !== undefined) return link;
  throw new HttpProblem(
    503,
    'recorder-missing',
    'The recorder that has this is not connected; start it and ask again.',
  );
}
