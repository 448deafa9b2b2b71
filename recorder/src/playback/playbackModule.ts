import { encodeSegmentName, type Clock } from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { MediaAccess, OpenedTracks } from '../http/mediaAccess.ts';
import { sendBytes } from '../http/sendBytes.ts';
import type { HttpModule } from '../http/server.ts';
import { SegmentMissing, type SegmentStore } from '../store/segmentStore.ts';
import { mediaPaths, parseMediaPath, type MediaPath } from './mediaPath.ts';
import { buildPlaylist, isOver, TARGET_DURATION_S } from './playlist.ts';
import { layOut, touches } from './timeline.ts';
import type { TrackReader } from './trackReader.ts';

/** What playback needs. */
export interface PlaybackDeps {
  tracks: TrackReader;
  store: Pick<SegmentStore, 'read'>;
  access: MediaAccess;
  dashboardOrigins: readonly string[];
  isRecording: (trackFolder: string) => boolean;
  clock: Clock;
}

const PREFIX = '/media';
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

type MediaRequest = FastifyRequest<{ Querystring: { token?: unknown } }>;

/**
 * Below `/media/`, for whoever brings a token: the playlist of what it opens, and the segments in there (with ranges, RFC 9110
 * section 14).
 */
export function playbackModule(deps: PlaybackDeps): HttpModule {
  const { tracks, store, access, clock } = deps;

  const sendPlaylist = async (
    { asOfMs }: MediaPath & { kind: 'playlist' },
    opened: OpenedTracks,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const { folders, range } = opened.grant;
    const found = (await Promise.all(folders.map((folder) => tracks.read(folder)))).flatMap(
      (track) => track ?? [],
    );
    if (found.length === 0) throw new HttpProblem(404, 'not-found', 'Nothing of this is recorded yet.');
    const tokens = new Map(
      await Promise.all(
        found.map(async ({ folder }) => [folder, await access.narrow(opened, folder)] as const),
      ),
    );
    const playlist = buildPlaylist({
      timeline: layOut(found, { asOfMs, ...(range && { range }) }, TARGET_DURATION_S * 1_000),
      over: found.every((track) =>
        isOver(track, { recording: deps.isRecording(track.folder), nowMs: clock.nowMs(), range }),
      ),
      segmentUrl(segment) {
        const trackFolder = segment.runFolder.slice(0, segment.runFolder.lastIndexOf('/'));
        return `../${mediaPaths.segment(segment)}?token=${tokens.get(trackFolder) ?? ''}`;
      },
    });
    return reply.header('cache-control', 'no-store').type(PLAYLIST_TYPE).send(playlist);
  };

  const sendSegment = async (
    { trackFolder, runFolder, name }: MediaPath & { kind: 'segment' },
    { grant: { folders, range } }: OpenedTracks,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    if (!folders.includes(trackFolder) || (range !== undefined && !touches(name, range))) {
      throw new HttpProblem(403, 'forbidden', 'The token is for another recording.');
    }
    try {
      return sendBytes(request, reply, {
        bytes: await store.read({ runFolder, name }),
        mediaType: 'video/mp2t',
        tag: encodeSegmentName(name),
        cacheControl: 'private, max-age=31536000, immutable',
      });
    } catch (error) {
      if (error instanceof SegmentMissing) throw new HttpProblem(404, error.code, error.message);
      throw error;
    }
  };

  return {
    prefix: PREFIX,
    cors: {
      origins: deps.dashboardOrigins,
      methods: ['GET', 'HEAD'],
      exposedHeaders: ['Content-Range', 'Accept-Ranges', 'ETag'],
    },
    mount(scope) {
      scope.get('/*', async (request: MediaRequest, reply) => {
        const [path = ''] = request.url.slice(PREFIX.length + 1).split('?', 1);
        const media = parseMediaPath(path);
        if (media === undefined) throw new HttpProblem(404, 'not-found', 'There is no such recording.');
        const opened = await access.openTracks(request.query.token);
        return media.kind === 'playlist'
          ? sendPlaylist(media, opened, reply)
          : sendSegment(media, opened, request, reply);
      });
    },
  };
}
