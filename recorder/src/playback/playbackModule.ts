import files from '@fastify/static';
import { encodeSegmentName, type Clock } from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import type { MediaAccess } from '../http/mediaAccess.ts';
import type { HttpModule } from '../http/server.ts';
import { parseMediaPath } from './mediaPath.ts';
import { buildPlaylist } from './playlist.ts';
import { createTrackReader } from './trackReader.ts';

/** What playback needs. */
export interface PlaybackDeps {
  recordingsDir: string;
  access: MediaAccess;
  dashboardOrigins: readonly string[];
  isRecording: (trackFolder: string) => boolean;
  clock: Clock;
}

const PREFIX = '/media';
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

/** Below `/media/`, for whoever brings a token of the track: its playlist and its segments (with ranges, RFC 9110 section 14). */
export function playbackModule(deps: PlaybackDeps): HttpModule {
  const { recordingsDir, clock } = deps;
  const tracks = createTrackReader({ recordingsDir });
  return {
    prefix: PREFIX,
    cors: {
      origins: deps.dashboardOrigins,
      methods: ['GET', 'HEAD'],
      exposedHeaders: ['Content-Range', 'Accept-Ranges'],
    },
    async mount(scope) {
      await scope.register(files, {
        root: recordingsDir,
        serve: false,
        cacheControl: false,
        dotfiles: 'deny',
      });
      scope.get<{ Querystring: { token?: unknown } }>('/*', async (request, reply) => {
        const [path = ''] = request.url.slice(PREFIX.length + 1).split('?', 1);
        const media = parseMediaPath(path);
        if (media === undefined) throw new HttpProblem(404, 'not-found', 'There is no such recording.');
        const { token } = request.query;
        const { grant } = await deps.access.open(token);
        if (grant.kind !== 'tracks' || !grant.folders.includes(media.track)) {
          throw new HttpProblem(403, 'forbidden', 'The token is for another recording.');
        }
        if (media.kind === 'segment') {
          return reply
            .header('cache-control', 'private, max-age=31536000, immutable')
            .type('video/mp2t')
            .sendFile(media.file);
        }
        const runs = await tracks.read(media.track);
        if (runs === undefined)
          throw new HttpProblem(404, 'not-found', 'Nothing of this track is recorded yet.');
        const playlist = buildPlaylist({
          runs,
          recording: deps.isRecording(media.track),
          nowMs: clock.nowMs(),
          segmentUrl: (run, segment) =>
            `${encodeURIComponent(run)}/${encodeSegmentName(segment)}?token=${encodeURIComponent(String(token))}`,
        });
        return reply.header('cache-control', 'no-store').type(PLAYLIST_TYPE).send(playlist);
      });
    },
  };
}
