import { encodeSegmentName, type Clock, type SegmentName } from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { MediaAccess, OpenedTracks } from '../http/mediaAccess.ts';
import { sendBytes } from '../http/sendBytes.ts';
import type { HttpModule } from '../http/server.ts';
import { SegmentMissing, SegmentUnavailable, type SegmentStore } from '../store/segmentStore.ts';
import { mediaPaths, parseMediaPath, type MediaPath } from './mediaPath.ts';
import { buildPlaylist, isOver, TARGET_DURATION_S } from './playlist.ts';
import type { RecordedTrack } from './recordedTrack.ts';
import type { Sprites } from './sprites.ts';
import { planSprites, trackFolderOf, writeThumbnails } from './thumbnailPlan.ts';
import { isCutShort, readShown } from './shownMedia.ts';
import { layOut, touches, type TimelineSegment } from './timeline.ts';
import type { TrackReader } from './trackReader.ts';

/** What playback needs. */
export interface PlaybackDeps {
  tracks: TrackReader;
  store: Pick<SegmentStore, 'read'>;
  sprites: Sprites;
  access: MediaAccess;
  dashboardOrigins: readonly string[];
  isRecording: (trackFolder: string) => boolean;
  clock: Clock;
}

const PREFIX = '/media';

const foreign = (): HttpProblem => new HttpProblem(403, 'forbidden', 'The token is for another recording.');

/** What cannot be had now may be had later. */
const refuse = (error: unknown): never => {
  throw error instanceof SegmentUnavailable ? new HttpProblem(503, error.code, error.message) : error;
};

type MediaRequest = FastifyRequest<{ Querystring: { token?: unknown; shownMs?: unknown } }>;

/** How much of a segment is wanted: its beginning, as a playlist may name it, or all. */
function wantedMsOf({ query }: MediaRequest, { durationMs }: SegmentName): number {
  if (query.shownMs === undefined) return durationMs;
  if (typeof query.shownMs === 'string' && /^\d{1,15}$/.test(query.shownMs)) return Number(query.shownMs);
  throw new HttpProblem(400, 'bad-request', 'shownMs is a whole number of ms, as playlists have it.');
}

/**
 * Below `/media/`, for whoever brings a token: the playlist and the thumbnails of what it opens, and the segments in there
 * (with ranges, RFC 9110 section 14).
 */
export function playbackModule(deps: PlaybackDeps): HttpModule {
  const { tracks, store, access, clock } = deps;

  const layOutOf = (
    found: readonly RecordedTrack[],
    { grant: { range } }: OpenedTracks,
    asOfMs: number,
  ): TimelineSegment[] => layOut(found, { asOfMs, ...(range && { range }) }, TARGET_DURATION_S * 1_000);

  /** What a token opens, with a token for each of its tracks: lists name it thousands of times. */
  const readOpened = async (
    opened: OpenedTracks,
  ): Promise<{ found: RecordedTrack[]; tokenOf: (trackFolder: string) => string }> => {
    const { folders } = opened.grant;
    const found = (await Promise.all(folders.map((folder) => tracks.read(folder)))).flatMap(
      (track) => track ?? [],
    );
    if (found.length === 0) throw new HttpProblem(404, 'not-found', 'Nothing of this is recorded yet.');
    const tokens = new Map<string, string>();
    for (const { folder } of found) tokens.set(folder, await access.narrow(opened, folder));
    return { found, tokenOf: (trackFolder) => tokens.get(trackFolder) ?? '' };
  };

  const writePlaylist = async (opened: OpenedTracks, asOfMs: number): Promise<string> => {
    const { found, tokenOf } = await readOpened(opened);
    const { range } = opened.grant;
    const nowMs = clock.nowMs();
    return buildPlaylist({
      timeline: layOutOf(found, opened, asOfMs),
      over: found.every((track) =>
        isOver(track, { recording: deps.isRecording(track.folder), nowMs, range }),
      ),
      segmentUrl: (segment) => {
        const shown = isCutShort(segment) ? `&shownMs=${segment.shownMs}` : '';
        return `../${mediaPaths.segment(segment)}?token=${tokenOf(trackFolderOf(segment))}${shown}`;
      },
    });
  };

  const writeVtt = async (opened: OpenedTracks, asOfMs: number): Promise<string> => {
    const { found, tokenOf } = await readOpened(opened);
    return writeThumbnails(
      layOutOf(found, opened, asOfMs),
      ({ trackFolder, number }) =>
        `../${mediaPaths.sprite(trackFolder, asOfMs, number)}?token=${tokenOf(trackFolder)}`,
    );
  };

  const sendSprite = async (
    { trackFolder, asOfMs, number }: MediaPath & { kind: 'sprite' },
    opened: OpenedTracks,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    if (!opened.grant.folders.includes(trackFolder)) throw foreign();
    const track = await tracks.read(trackFolder);
    const sprite = planSprites(layOutOf(track === undefined ? [] : [track], opened, asOfMs)).find(
      (planned) => planned.number === number,
    );
    const drawn = sprite && (await deps.sprites.draw(sprite).catch(refuse));
    if (drawn === undefined) throw new HttpProblem(404, 'not-found', 'There is no picture of this time.');
    // Of a session that runs, the last one still fills.
    return sendBytes(request, reply, {
      ...drawn,
      mediaType: 'image/jpeg',
      cacheControl: 'private, no-cache',
    });
  };

  const sendSegment = async (
    { trackFolder, runFolder, name }: MediaPath & { kind: 'segment' },
    { grant: { folders, range } }: OpenedTracks,
    request: MediaRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const shownMs = wantedMsOf(request, name);
    if (!folders.includes(trackFolder) || (range !== undefined && !touches(name, range))) throw foreign();
    try {
      return sendBytes(request, reply, {
        bytes: await readShown(store, { runFolder, name, shownMs }),
        mediaType: 'video/mp2t',
        tag: `${encodeSegmentName(name)}-${shownMs}`,
        cacheControl: 'private, max-age=31536000, immutable',
      });
    } catch (error) {
      if (error instanceof SegmentMissing) throw new HttpProblem(404, error.code, error.message);
      return refuse(error);
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
        switch (media.kind) {
          case 'playlist':
            return reply
              .header('cache-control', 'no-store')
              .type('application/vnd.apple.mpegurl')
              .send(await writePlaylist(opened, media.asOfMs));
          case 'thumbnails':
            return reply
              .header('cache-control', 'no-store')
              .type('text/vtt; charset=utf-8')
              .send(await writeVtt(opened, media.asOfMs));
          case 'sprite':
            return sendSprite(media, opened, request, reply);
          case 'segment':
            return sendSegment(media, opened, request, reply);
        }
      });
    },
  };
}
