import { createHash } from 'node:crypto';
import { SignJWT, errors, jwtVerify } from 'jose';
import * as z from 'zod';
import { fail, succeed, type Result } from '../result.ts';

/** Why a token was not accepted. */
export type TokenRefusal = 'expired' | 'invalid';

/** What a token that was accepted says, and for how long. */
export interface OpenedToken<Content> {
  content: Content;
  expiresAtMs: number;
}

/** Tokens of one purpose (JWT, HS256, RFC 7519): none is good for another. */
export interface TokenKind<Content> {
  readonly sign: (secret: string, content: Content, expiresAtMs: number) => Promise<string>;
  /** Returns what a token says at `nowMs`, or why it says nothing. */
  readonly verify: (
    secret: string,
    token: string,
    nowMs: number,
  ) => Promise<Result<OpenedToken<Content>, TokenRefusal>>;
}

/**
 * Builds a {@link TokenKind} with a key of its own.
 *
 * @param purpose such as `media`: names the audience and the key
 */
export function tokenKind<Content>(purpose: string, content: z.ZodType<Content>): TokenKind<Content> {
  const audience = `sightline-${purpose}`;
  const claims = z.object({ exp: z.number(), opens: content });
  const keyOf = (secret: string): Uint8Array =>
    createHash('sha256').update(`${purpose}-token:${secret}`).digest();
  return {
    sign: (secret, opens, expiresAtMs) =>
      new SignJWT({ opens })
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience(audience)
        .setExpirationTime(Math.floor(expiresAtMs / 1_000))
        .sign(keyOf(secret)),
    verify: async (secret, token, nowMs) => {
      try {
        const { payload } = await jwtVerify(token, keyOf(secret), {
          algorithms: ['HS256'],
          audience,
          currentDate: new Date(nowMs),
        });
        const { data } = claims.safeParse(payload);
        if (data === undefined) return fail('invalid');
        return succeed({ content: data.opens, expiresAtMs: data.exp * 1_000 });
      } catch (error) {
        if (error instanceof errors.JWTExpired) return fail('expired');
        if (error instanceof errors.JOSEError) return fail('invalid');
        throw error;
      }
    },
  };
}
