import {
  playbackGrants,
  recordedSession,
  sessionLedger,
  sessionList,
  type PlaybackGrants,
  type PlaybackOrder,
  type RecordedSession,
  type SessionLedger,
} from '@sightline/shared';
import { part, queryOf, type Http } from './http.ts';

/** The recorded sessions, as the server keeps them. */
export interface RecordingsApi {
  /** The newest first. */
  list(filter?: { companyId: string; deviceId: string }): Promise<RecordedSession[]>;
  find(sessionId: string): Promise<RecordedSession>;
  /** Accounts for every second of a session. */
  ledger(sessionId: string): Promise<SessionLedger>;
  /** Asks for short-lived addresses of a playlist and its thumbnails. */
  grantPlayback(order: PlaybackOrder): Promise<PlaybackGrants>;
}

/** Builds the {@link RecordingsApi}. */
export function createRecordingsApi({ ask }: Http): RecordingsApi {
  return {
    list: async (filter) =>
      (await ask({ method: 'GET', path: `/sessions${queryOf(filter ?? {})}`, answer: sessionList })).sessions,
    find: (sessionId) =>
      ask({ method: 'GET', path: `/sessions/${part(sessionId)}`, answer: recordedSession }),
    ledger: (sessionId) =>
      ask({ method: 'GET', path: `/sessions/${part(sessionId)}/ledger`, answer: sessionLedger }),
    grantPlayback: (body) => ask({ method: 'POST', path: '/playback', body, answer: playbackGrants }),
  };
}
