import { encodeTrackFolder, id, trackId, type PlaybackGrant, type RecordedSession } from '@sightline/shared';
import { HttpProblem, signMediaToken } from '@sightline/shared/node';
import type { Clock } from '@sightline/shared';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { RecordingsRepository } from '../db/recordings.ts';
import type { RecorderPool } from '../recording/recorderPool.ts';

/** What the routes of recorded sessions need. */
export interface SessionsRoutesDeps {
  companyId: string;
  repository: RecordingsRepository;
  recorders: RecorderPool;
  recorderSecret: string;
  clock: Clock;
}

/** A media URL is good for this long; players ask for the next one in time. */
const GRANT_MS = 10 * 60_000;
const LIST_LIMIT = 200;

const trackParams = z.object({ sessionId: id, trackId });

/** `GET /api/v1/sessions`, `GET /api/v1/sessions/:sessionId`, `POST …/tracks/:trackId/playback`. */
export function sessionsRoutes(app: FastifyInstance, deps: SessionsRoutesDeps): void {
  const find = async (sessionId: string): Promise<RecordedSession> => {
    const session = await deps.repository.findSession(sessionId);
    if (session?.companyId !== deps.companyId)
      throw new HttpProblem(404, 'unknown-session', 'There is no such session.');
    return session;
  };

  app.get('/api/v1/sessions', async () => ({
    sessions: await deps.repository.listSessions({
      reach: { everywhere: false, companies: new Map([[deps.companyId, 'all']]) },
      limit: LIST_LIMIT,
    }),
  }));

  app.get('/api/v1/sessions/:sessionId', async ({ params }) =>
    find(parseParams(trackParams.pick({ sessionId: true }), params).sessionId),
  );

  app.post(
    '/api/v1/sessions/:sessionId/tracks/:trackId/playback',
    async ({ params }): Promise<PlaybackGrant> => {
      const wanted = parseParams(trackParams, params);
      const session = await find(wanted.sessionId);
      if (!session.tracks.some((track) => track.trackId === wanted.trackId)) {
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
      const folder = encodeTrackFolder({
        ...session,
        sessionStartedAtMs: session.startedAtMs,
        trackId: wanted.trackId,
      });
      const expiresAtMs = deps.clock.nowMs() + GRANT_MS;
      const token = await signMediaToken(deps.recorderSecret, folder, expiresAtMs);
      const path = folder.split('/').map(encodeURIComponent).join('/');
      return {
        playlistUrl: `${recorder.mediaBaseUrl}/media/${path}/playlist.m3u8?token=${token}`,
        expiresAtMs,
      };
    },
  );
}

function parseParams<Schema extends z.ZodType>(schema: Schema, params: unknown): z.output<Schema> {
  const parsed = schema.safeParse(params);
  if (!parsed.success)
    throw new HttpProblem(400, 'bad-request', 'The address holds an id that cannot be one.');
  return parsed.data;
}
