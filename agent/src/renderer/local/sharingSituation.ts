import type { Display } from '../capture/display.ts';
import type { PublishedStream } from '../publish/publication.ts';
import type { SharingSituation } from './localRecorder.ts';

/** Tells which displays reach the server. Without signaling nobody knows, and what is not needed is dropped later. */
export function sharingSituation(now: {
  displays: readonly Display[];
  streams: readonly PublishedStream[];
  flowing: boolean;
  paused: boolean;
  sessionId: string | undefined;
  isConnected: boolean;
  /** Undefined as long as the server has not said. */
  recorded: boolean | undefined;
}): SharingSituation {
  const reaches = now.isConnected && now.flowing && now.sessionId !== undefined;
  const full = now.streams.filter(({ source }) => source === 'full');
  return {
    displays: now.displays,
    sessionId: now.sessionId,
    // Nobody is recorded who is told that they are not.
    mayRecord: !now.paused && now.recorded === true,
    streamed: new Set(reaches ? full.map(({ trackId }) => trackId) : []),
  };
}
