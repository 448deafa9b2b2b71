import { union, type Interval, type MediaElsewhere } from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import type { RecordedMedia } from '../db/recordedMedia.ts';
import type { RecorderLink, RecorderPool } from './recorderPool.ts';

/** How much of some media a recorder has, and of when. */
export interface Holding {
  recorderId: string;
  recordedMs: number;
  stretches: Interval[];
}

/** Who has how much of this media, the most first. */
export function holdingsOf(media: readonly Pick<RecordedMedia, 'byRecorder'>[]): Holding[] {
  const all = media.flatMap(({ byRecorder }) =>
    [...byRecorder].map(([recorderId, had]) => ({ recorderId, ...had })),
  );
  return [...Map.groupBy(all, ({ recorderId }) => recorderId)]
    .map(([recorderId, parts]) => ({
      recorderId,
      recordedMs: parts.reduce((sum, { recordedMs }) => sum + recordedMs, 0),
      stretches: union(parts.flatMap(({ stretches }) => stretches)),
    }))
    .filter(({ recordedMs }) => recordedMs > 0)
    .sort((a, b) => b.recordedMs - a.recordedMs);
}

/** What of this media others than a recorder have, in order of session, track and recorder. */
export const elsewhereThan = (
  recorderId: string,
  media: readonly Pick<RecordedMedia, 'sessionId' | 'trackId' | 'byRecorder'>[],
): MediaElsewhere[] =>
  media.flatMap(({ sessionId, trackId, byRecorder }) =>
    [...byRecorder].flatMap(([holderId, { stretches }]) =>
      holderId === recorderId
        ? []
        : stretches.map((stretch) => ({ recorderId: holderId, sessionId, trackId, ...stretch })),
    ),
  );

/**
 * The recorder that serves this media: the one that is wanted, or, of those that are connected, the one that has most of
 * it. What only others have is not in what it makes of it; of media that nobody has yet, any recorder can say so.
 *
 * @throws {HttpProblem} 503
 */
export function holderOf(
  media: readonly Pick<RecordedMedia, 'byRecorder'>[],
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
