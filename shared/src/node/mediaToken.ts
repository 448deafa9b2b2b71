import { createHash } from 'node:crypto';
import { SignJWT, errors, jwtVerify } from 'jose';
import { fail, succeed, type Result } from '../result.ts';

/** Why a media token was not accepted. */
export type MediaTokenRefusal = 'expired' | 'invalid';

const AUDIENCE = 'sightline-media';

const signingKey = (secret: string): Uint8Array =>
  createHash('sha256').update(`media-token:${secret}`).digest();

/**
 * Signs the right to read one track's folder at the recorder until `expiresAtMs` (JWT, HS256, RFC 7519).
 *
 * @param folder as the segment path codec writes it.
 */
export async function signMediaToken(secret: string, folder: string, expiresAtMs: number): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(folder)
    .setAudience(AUDIENCE)
    .setExpirationTime(Math.floor(expiresAtMs / 1_000))
    .sign(signingKey(secret));
}

/** Returns the folder that a token opens at `nowMs`, or why it opens none. */
export async function verifyMediaToken(
  secret: string,
  token: string,
  nowMs: number,
): Promise<Result<string, MediaTokenRefusal>> {
  try {
    const { payload } = await jwtVerify(token, signingKey(secret), {
      algorithms: ['HS256'],
      audience: AUDIENCE,
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(nowMs),
    });
    return payload.sub === undefined ? fail('invalid') : succeed(payload.sub);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return fail('expired');
    if (error instanceof errors.JOSEError) return fail('invalid');
    throw error;
  }
}
