import type { Display } from '../capture/display.ts';
import type { PublishedStream } from '../publish/publication.ts';

/**
 * `idle`: nothing is shared. `waiting`: something is, and there is no server to send it to. `starting`: it is
 * being set up. `streaming`: every display can be seen.
 */
export type SharingState = 'idle' | 'waiting' | 'starting' | 'streaming';

/** Where sharing stands. */
export function sharingState(now: {
  displays: readonly Display[];
  connected: boolean;
  sessionId: string | undefined;
  streams: readonly PublishedStream[];
}): SharingState {
  if (now.displays.length === 0) return 'idle';
  if (!now.connected) return 'waiting';
  const published = ({ trackId }: Display): boolean =>
    now.streams.some((stream) => stream.trackId === trackId && stream.source === 'full');
  return now.sessionId !== undefined && now.displays.every(published) ? 'streaming' : 'starting';
}
