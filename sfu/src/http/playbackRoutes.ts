import {
  MAX_PLAYBACK_MS,
  encodeTrackFolder,
  playbackGrants,
  playbackOrder,
  type Clock,
  type PlaybackOrder,
} from '@sightline/shared';
import { HttpProblem, MAX_TOKEN_FOLDERS, signMediaToken, type MediaGrant } from '@sightline/shared/node';
import { requestedBy } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { RecordedMedia, RecordedMediaRepository } from '../db/recordedMedia.ts';
import type { RecordingsRepository } from '../db/recordings.ts';
import { isWithin, type Reach } from '../identity/authorise.ts';
import { holderOf, holdingsOf } from '../recording/mediaHolder.ts';
import type { RecorderPool } from '../recording/recorderPool.ts';
import type { Api } from './route.ts';

/** What the route of playback needs. */
export interface PlaybackRoutesDeps {
  recordings: Pick<RecordingsRepository, 'findSession'>;
  recordedMedia: RecordedMediaRepository;
  recorders: Pick<RecorderPool, 'find' | 'pick'>;
  recorderSecret: string;
  auditLog: AuditLog;
  clock: Clock;
}

/** A media URL is good for this long; players ask for the next one in time. */
const GRANT_MS = 10 * 60_000;
const EVER = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

/** `/api/v1/playback` */
export function playbackRoutes(api: Api, deps: PlaybackRoutesDeps): void {
  /** What is out of reach is answered like what does not exist. */
  const findMedia = async (order: PlaybackOrder, reach: Reach): Promise<RecordedMedia[]> => {
    const { trackId } = order;
    if (order.kind === 'session') {
      const { sessionId } = order;
      const session = await deps.recordings.findSession(sessionId);
      if (session === undefined || !isWithin(reach, session))
        throw new HttpProblem(404, 'unknown-session', 'There is no such session.');
      const { companyId } = session;
      const from = { kind: 'session', sessionId } as const;
      const media = await deps.recordedMedia.find({ from, companyId, trackId, range: EVER });
      if (media.length > 0) return media;
      throw new HttpProblem(404, 'unknown-track', 'The session has no such track.');
    }
    const { companyId, userId, ...range } = order;
    if (order.toMs <= order.fromMs || order.toMs - order.fromMs > MAX_PLAYBACK_MS)
      throw new HttpProblem(400, 'bad-range', 'toMs: must be after fromMs, by at most a week.');
    const from = { kind: 'user', userId } as const;
    const found = await deps.recordedMedia.find({ from, companyId, trackId, range });
    const media = found.filter((one) => isWithin(reach, one));
    if (media.length === 0)
      throw new HttpProblem(404, 'nothing-recorded', 'Nothing of this user is recorded there.');
    if (media.length > MAX_TOKEN_FOLDERS) {
      const detail = `There are ${media.length} sessions; ask for a shorter range, of at most ${MAX_TOKEN_FOLDERS}.`;
      throw new HttpProblem(400, 'too-many-sessions', detail);
    }
    return media;
  };

  api.route({
    method: 'POST',
    url: '/api/v1/playback',
    summary:
      'Gives addresses at which a track can be played for a while: of a session, or of a user at any time.',
    access: 'recordings.view',
    input: { body: playbackOrder },
    response: playbackGrants,
    handler: async ({ body: order }, context) => {
      const media = await findMedia(order, context.reach);
      const [first] = media;
      if (first === undefined) throw new Error('Media was found, and there is none.');
      const { mediaBaseUrl, recorderId } = holderOf(media, deps.recorders, order.recorderId);
      const { companyId, userId } = first;
      const { trackId } = order;
      await deps.auditLog.record({
        companyId,
        action: 'recording-played',
        ...requestedBy(context),
        details:
          order.kind === 'session'
            ? { sessionId: order.sessionId, trackId, userId }
            : { userId, trackId, fromMs: order.fromMs, toMs: order.toMs },
      });
      const grant: MediaGrant = { kind: 'tracks', folders: media.map(encodeTrackFolder) };
      if (order.kind === 'range') grant.range = { fromMs: order.fromMs, toMs: order.toMs };
      const nowMs = deps.clock.nowMs();
      const expiresAtMs = nowMs + GRANT_MS;
      const token = await signMediaToken(deps.recorderSecret, grant, expiresAtMs);
      return {
        playlistUrl: `${mediaBaseUrl}/media/playlist/${nowMs}.m3u8?token=${token}`,
        thumbnailsUrl: `${mediaBaseUrl}/media/thumbnails/${nowMs}.vtt?token=${token}`,
        expiresAtMs,
        recorderId,
        elsewhere: holdingsOf(media)
          .filter((holding) => holding.recorderId !== recorderId)
          .map((holding) => ({
            ...holding,
            connected: deps.recorders.find(holding.recorderId) !== undefined,
          })),
      };
    },
  });
}
