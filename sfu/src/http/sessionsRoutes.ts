import {
  encodeTrackFolder,
  id,
  playbackGrant,
  recordedSession,
  sessionList,
  trackId,
  type Clock,
} from '@sightline/shared';
import { HttpProblem, signMediaToken } from '@sightline/shared/node';
import * as z from 'zod';
import { requestedBy } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { RecordingsRepository, StoredSession } from '../db/recordings.ts';
import { isWithin, type Reach } from '../identity/authorise.ts';
import type { RecorderLink } from '../recording/recorderPool.ts';
import type { Api } from './route.ts';

/** What the routes of recorded sessions need. */
export interface SessionsRoutesDeps {
  repository: Pick<RecordingsRepository, 'listSessions' | 'findSession'>;
  recorders: { pick(): Pick<RecorderLink, 'mediaBaseUrl'> | undefined };
  recorderSecret: string;
  auditLog: AuditLog;
  clock: Clock;
}

/** A media URL is good for this long; players ask for the next one in time. */
const GRANT_MS = 10 * 60_000;
const LIST_LIMIT = 200;

const sessionParams = z.object({ sessionId: id });
const trackParams = z.object({ sessionId: id, trackId });
const listQuery = z.object({ companyId: id.exactOptional(), deviceId: id.exactOptional() });

/** `/api/v1/sessions` */
export function sessionsRoutes(api: Api, deps: SessionsRoutesDeps): void {
  /** What is out of reach is answered like what does not exist. */
  const find = async (reach: Reach, sessionId: string): Promise<StoredSession> => {
    const session = await deps.repository.findSession(sessionId);
    if (session !== undefined && isWithin(reach, session)) return session;
    throw new HttpProblem(404, 'unknown-session', 'There is no such session.');
  };

  api.route({
    method: 'GET',
    url: '/api/v1/sessions',
    summary: 'Lists the recorded sessions that you may see, the newest first.',
    access: 'recordings.view',
    input: { query: listQuery },
    response: sessionList,
    handler: async ({ query }, { reach }) => ({
      sessions: await deps.repository.listSessions({ reach, limit: LIST_LIMIT, ...query }),
    }),
  });

  api.route({
    method: 'GET',
    url: '/api/v1/sessions/:sessionId',
    summary: 'Tells what was recorded of a session.',
    access: 'recordings.view',
    input: { params: sessionParams },
    response: recordedSession,
    handler: ({ params }, { reach }) => find(reach, params.sessionId),
  });

  api.route({
    method: 'POST',
    url: '/api/v1/sessions/:sessionId/tracks/:trackId/playback',
    summary: 'Gives an address at which a track can be played for a while.',
    access: 'recordings.view',
    input: { params: trackParams },
    response: playbackGrant,
    handler: async ({ params }, context) => {
      const session = await find(context.reach, params.sessionId);
      if (!session.tracks.some((track) => track.trackId === params.trackId)) {
        throw new HttpProblem(404, 'unknown-track', 'The session has no such track.');
      }
      const recorder = deps.recorders.pick();
      if (recorder === undefined) {
        throw new HttpProblem(
          503,
          'recorder-missing',
          'No recorder is connected; start it to play recordings.',
        );
      }
      const { companyId, userId, startedAtMs } = session;
      await deps.auditLog.record({
        companyId,
        action: 'recording-played',
        ...requestedBy(context),
        details: { ...params, userId },
      });
      const folder = encodeTrackFolder({
        ...session,
        sessionStartedAtMs: startedAtMs,
        trackId: params.trackId,
      });
      const expiresAtMs = deps.clock.nowMs() + GRANT_MS;
      const token = await signMediaToken(
        deps.recorderSecret,
        { kind: 'tracks', folders: [folder] },
        expiresAtMs,
      );
      const path = folder.split('/').map(encodeURIComponent).join('/');
      return {
        playlistUrl: `${recorder.mediaBaseUrl}/media/${path}/playlist.m3u8?token=${token}`,
        expiresAtMs,
      };
    },
  });
}
