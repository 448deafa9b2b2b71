import type { TrackView } from '@sightline/shared';
import type { StreamAddress } from './watcher.ts';

/** Where a track's picture is to be had; if it is not sent in the size asked for, in the other. */
export function addressOf(track: TrackView, size: 'full' | 'small'): StreamAddress | undefined {
  const { full, small } = track.producers;
  const producerId = size === 'full' ? (full ?? small) : (small ?? full);
  return producerId === undefined ? undefined : { routerId: track.routerId, producerId };
}

/** Where the sound of a track is to be had, if it has any. */
export function audioAddressOf(track: TrackView): StreamAddress | undefined {
  const producerId = track.producers.audio;
  return producerId === undefined ? undefined : { routerId: track.routerId, producerId };
}
