import cors from '@fastify/cors';
import files from '@fastify/static';
import { encodeSegmentName, type Clock } from '@sightline/shared';
import {
  HttpProblem,
  notFound,
  refuseMalformed,
  sendProblem,
  verifyMediaToken,
  type Listener,
  type Logger,
} from '@sightline/shared/node';
import createFastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { parseMediaPath, type MediaPath } from './mediaPath.ts';
import { buildPlaylist } from './playlist.ts';
import { createTrackReader } from './trackReader.ts';

/** What the media server needs. */
export interface MediaServerDeps {
  recordingsDir: string;
  listener: Listener;
  secret: string;
  dashboardOrigins: readonly string[];
  isRecording: (trackFolder: string) => boolean;
  /** Goes into `GET /healthz`. */
  health: () => { connected: boolean; runs: number };
  clock: Clock;
  logger: Logger;
}

const PREFIX = '/media/';
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

/**
 * Builds the HTTP server of the recordings: `GET /healthz`, and below `/media/`, for whoever brings a token
 * of the track, its playlist and its segments (with ranges, RFC 9110 section 14).
 */
export async function createMediaServer(deps: MediaServerDeps): Promise<FastifyInstance> {
  const { recordingsDir, clock, logger } = deps;
  const tracks = createTrackReader({ recordingsDir });
  const onError = (error: unknown, reply: FastifyReply): void =>
    sendProblem(reply, error, () => logger.error({ err: error, code: 'internal' }, 'a request failed'));
  const server = createFastify({
    logger: false,
    serverFactory: deps.listener,
    forceCloseConnections: true,
    clientErrorHandler: refuseMalformed,
    // A URL that is not well formed gets no further than this.
    frameworkErrors: (error, _request, reply) => onError(error, reply),
  });
  await server.register(cors, {
    origin: [...deps.dashboardOrigins],
    methods: ['GET', 'HEAD'],
    exposedHeaders: ['Content-Range', 'Accept-Ranges'],
    maxAge: 600,
  });
  await server.register(files, { root: recordingsDir, serve: false, cacheControl: false, dotfiles: 'deny' });

  server.setErrorHandler((error, _request, reply) => onError(error, reply));
  server.setNotFoundHandler(() => {
    throw notFound();
  });

  server.get('/healthz', (_request, reply) => reply.send({ status: 'ok', ...deps.health() }));

  server.get<{ Querystring: { token?: unknown } }>(`${PREFIX}*`, async (request, reply) => {
    const [path = ''] = request.url.slice(PREFIX.length).split('?', 1);
    const media = parseMediaPath(path);
    if (media === undefined) throw new HttpProblem(404, 'not-found', 'There is no such recording.');
    const token = await authorise(media, request.query.token);
    if (media.kind === 'segment') {
      return reply
        .header('cache-control', 'private, max-age=31536000, immutable')
        .type('video/mp2t')
        .sendFile(media.file);
    }
    const runs = await tracks.read(media.track);
    if (runs === undefined) throw new HttpProblem(404, 'not-found', 'Nothing of this track is recorded yet.');
    const playlist = buildPlaylist({
      runs,
      recording: deps.isRecording(media.track),
      nowMs: clock.nowMs(),
      segmentUrl: (run, segment) =>
        `${encodeURIComponent(run)}/${encodeSegmentName(segment)}?token=${encodeURIComponent(token)}`,
    });
    return reply.header('cache-control', 'no-store').type(PLAYLIST_TYPE).send(playlist);
  });

  async function authorise(media: MediaPath, token: unknown): Promise<string> {
    if (typeof token !== 'string') {
      throw new HttpProblem(401, 'unauthorised', 'A token is missing; ask the sfu for a playback URL.');
    }
    const opened = await verifyMediaToken(deps.secret, token, clock.nowMs());
    if (!opened.ok) {
      throw opened.error === 'expired'
        ? new HttpProblem(401, 'token-expired', 'The token has expired; ask the sfu for a new playback URL.')
        : new HttpProblem(401, 'unauthorised', 'The token is not valid; ask the sfu for a playback URL.');
    }
    if (opened.value !== media.track) {
      throw new HttpProblem(403, 'forbidden', 'The token is for another recording.');
    }
    return token;
  }
  return server;
}
