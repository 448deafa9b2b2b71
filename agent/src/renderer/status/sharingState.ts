import type { Display } from '../capture/display.ts';
import type { PublishedStream } from '../publish/publication.ts';

/**
 * `idle`: nothing is shared. `paused`: the user interrupts it. `waiting`: something is shared, and nobody sees it, as
 * there is no server. `starting`: it is being set up. `streaming`: it can be seen, with or without signaling.
 */
export type SharingState = 'idle' | 'paused' | 'waiting' | 'starting' | 'streaming';

/** Where sharing stands. */
export function sharingState(now: {
  displays: readonly Display[];
  connected: boolean;
  flowing: boolean;
  paused: boolean;
  sessionId: string | undefined;
  streams: readonly PublishedStream[];
}): SharingState {
  if (now.displays.length === 0) return 'idle';
  if (now.paused) return 'paused';
  if (!now.connected) return now.flowing ? 'streaming' : 'waiting';
  const published = ({ trackId }: Display): boolean =>
    now.streams.some((stream) => stream.trackId === trackId && stream.source === 'full');
  return now.sessionId !== undefined && now.displays.every(published) ? 'streaming' : 'starting';
}
