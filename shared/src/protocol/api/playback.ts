import * as z from 'zod';
import { interval } from '../../evidence/ledger.ts';
import { timeMs } from '../common.ts';
import { id, trackId } from '../media.ts';

/** The longest stretch that can be played in one go: a week. */
export const MAX_PLAYBACK_MS = 7 * 86_400_000;

/**
 * Body of `POST /api/v1/playback`: a track of one session as a whole, or of a user within [fromMs, toMs), across sessions.
 * Of one recorder, where several have media of it: of the connected one that has most, unless `recorderId` names another.
 */
export const playbackOrder = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('session'), sessionId: id, trackId, recorderId: id.exactOptional() }),
  z.object({
    kind: z.literal('range'),
    companyId: id,
    userId: z.string().min(1).max(255),
    trackId,
    fromMs: timeMs,
    toMs: timeMs,
    recorderId: id.exactOptional(),
  }),
]);

/** Its answer. The addresses are good until `expiresAtMs`; then ask again. */
export const playbackGrants = z.object({
  /** HLS playlist. */
  playlistUrl: z.url(),
  /** WebVTT of thumbnails, every 10 s, as sprites (cues carry `#xywh`). */
  thumbnailsUrl: z.url(),
  expiresAtMs: timeMs,
  /** Whose media this is. */
  recorderId: id,
  /** Who else has media of it, the most first, and of when: it is not in there. */
  elsewhere: z.array(
    z.object({
      recorderId: id,
      recordedMs: z.int().nonnegative(),
      stretches: z.array(interval),
      connected: z.boolean(),
    }),
  ),
});

/** See {@link playbackOrder}. */
export type PlaybackOrder = z.output<typeof playbackOrder>;
/** See {@link playbackGrants}. */
export type PlaybackGrants = z.output<typeof playbackGrants>;
