import {
  playbackGrants,
  recordedSession,
  sessionList,
  type PlaybackGrants,
  type PlaybackOrder,
  type RecordedSession,
} from '@sightline/shared';
import { part, type Http } from './http.ts';

/** The recorded sessions, as the server keeps them. */
export interface RecordingsApi {
  /** The newest first. */
  list(): Promise<RecordedSession[]>;
  find(sessionId: string): Promise<RecordedSession>;
  /** Asks for a short-lived address of the track's playlist. */
  grantPlayback(sessionId: string, trackId: string): Promise<PlaybackGrants>;
}

/** Builds the {@link RecordingsApi}. */
export function createRecordingsApi({ ask }: Http): RecordingsApi {
  return {
    list: async () => (await ask({ method: 'GET', path: '/sessions', answer: sessionList })).sessions,
    find: (sessionId) =>
      ask({ method: 'GET', path: `/sessions/${part(sessionId)}`, answer: recordedSession }),
    grantPlayback(sessionId, trackId) {
      const body: PlaybackOrder = { kind: 'session', sessionId, trackId };
      return ask({ method: 'POST', path: '/playback', body, answer: playbackGrants });
    },
  };
}
