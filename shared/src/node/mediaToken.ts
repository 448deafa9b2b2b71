import * as z from 'zod';
import { timeMs } from '../protocol/common.ts';
import { id } from '../protocol/media.ts';
import { succeed, type Result } from '../result.ts';
import { tokenKind, type TokenRefusal } from './signedToken.ts';

/** How many folders a token can open: with more, it would not fit into the head of a request (16 KiB). */
export const MAX_TOKEN_FOLDERS = 100;

/** What a media token opens at the recorder. */
const mediaGrant = z.discriminatedUnion('kind', [
  /** Media of these tracks; if given, only what touches [fromMs, toMs). */
  z.object({
    kind: z.literal('tracks'),
    /** As the segment path codec writes them. */
    folders: z.array(z.string()).min(1).max(MAX_TOKEN_FOLDERS),
    range: z.object({ fromMs: timeMs, toMs: timeMs }).exactOptional(),
  }),
  z.object({ kind: z.literal('export'), exportId: id }),
]);

/** See {@link mediaGrant}. */
export type MediaGrant = z.output<typeof mediaGrant>;

/** Why a media token was not accepted. */
export type MediaTokenRefusal = TokenRefusal;

const tokens = tokenKind('media', mediaGrant);

/** Signs the right to fetch something from the recorder until `expiresAtMs`. */
export const signMediaToken = tokens.sign;

/** Returns what a token opens at `nowMs` and for how long, or why it opens nothing. */
export async function verifyMediaToken(
  secret: string,
  token: string,
  nowMs: number,
): Promise<Result<{ grant: MediaGrant; expiresAtMs: number }, MediaTokenRefusal>> {
  const opened = await tokens.verify(secret, token, nowMs);
  if (!opened.ok) return opened;
  const { content: grant, expiresAtMs } = opened.value;
  return succeed({ grant, expiresAtMs });
}
