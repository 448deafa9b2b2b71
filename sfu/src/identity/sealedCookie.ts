import type { Clock } from '@sightline/shared';
import { parseCookie, stringifySetCookie } from 'cookie';
import * as z from 'zod';
import type { Sealer } from './sealer.ts';

/** A short-lived cookie in which the server leaves something for itself: encrypted, and unchanged when it comes back. */
export interface SealedCookie {
  /** The `Set-Cookie` header for this text. `context` says whose it is: it is read with the same one only. */
  set(text: string, context: string): string;
  /** Undefined: there is none, it expired, or it is not ours. */
  read(cookieHeader: string | undefined, context: string): string | undefined;
  /** The `Set-Cookie` header that removes it. */
  readonly cleared: string;
}

/** What {@link createSealedCookie} needs. */
export interface SealedCookieDeps {
  name: string;
  lifetimeMs: number;
  secure: boolean;
  sealer: Sealer;
  clock: Pick<Clock, 'nowMs'>;
}

const content = z.object({ text: z.string(), expiresAtMs: z.number() });
const PATH = '/api/v1/auth';

/** Builds a {@link SealedCookie}; it goes to the routes of signing in only. */
export function createSealedCookie(deps: SealedCookieDeps): SealedCookie {
  const { name, lifetimeMs, secure, sealer, clock } = deps;
  const header = (value: string, maxAge: number): string =>
    stringifySetCookie({ name, value, maxAge, path: PATH, httpOnly: true, sameSite: 'lax', secure });
  const scoped = (context: string): string => `${name} ${context}`;
  return {
    cleared: header('', 0),
    set(text, context) {
      const sealed = JSON.stringify({ text, expiresAtMs: clock.nowMs() + lifetimeMs });
      return header(sealer.seal(sealed, scoped(context)), Math.ceil(lifetimeMs / 1_000));
    },
    read(cookieHeader, context) {
      const sealed = parseCookie(cookieHeader ?? '')[name];
      const opened = sealed === undefined ? undefined : sealer.open(sealed, scoped(context));
      if (opened === undefined) return undefined;
      const { text, expiresAtMs } = content.parse(JSON.parse(opened));
      return clock.nowMs() < expiresAtMs ? text : undefined;
    },
  };
}
