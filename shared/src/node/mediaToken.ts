import { createHash } from 'node:crypto';
import { SignJWT, errors, jwtVerify } from 'jose';
import * as z from 'zod';
import { timeMs } from '../protocol/common.ts';
import { id } from '../protocol/media.ts';
import { fail, succeed, type Result } from '../result.ts';

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
export type MediaTokenRefusal = 'expired' | 'invalid';

const AUDIENCE = 'sightline-media';

const claims = z.object({ exp: z.number(), opens: mediaGrant });

const signingKey = (secret: string): Uint8Array =>
  createHash('sha256').update(`media-token:${secret}`).digest();

/** Signs the right to fetch something from the recorder until `expiresAtMs` (JWT, HS256, RFC 7519). */
export async function signMediaToken(
  secret: string,
  grant: MediaGrant,
  expiresAtMs: number,
): Promise<string> {
  return new SignJWT({ opens: grant })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(AUDIENCE)
    .setExpirationTime(Math.floor(expiresAtMs / 1_000))
    .sign(signingKey(secret));
}

/** Returns what a token opens at `nowMs` and for how long, or why it opens nothing. */
export async function verifyMediaToken(
  secret: string,
  token: string,
  nowMs: number,
): Promise<Result<{ grant: MediaGrant; expiresAtMs: number }, MediaTokenRefusal>> {
  try {
    const { payload } = await jwtVerify(token, signingKey(secret), {
      algorithms: ['HS256'],
      audience: AUDIENCE,
      currentDate: new Date(nowMs),
    });
    const { data } = claims.safeParse(payload);
    if (data === undefined) return fail('invalid');
    return succeed({ grant: data.opens, expiresAtMs: data.exp * 1_000 });
  } catch (error) {
    if (error instanceof errors.JWTExpired) return fail('expired');
    if (error instanceof errors.JOSEError) return fail('invalid');
    throw error;
  }
}
