import { TypedEmitter, type Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { AccountRecord, AccountSession, AccountsRepository } from '../db/accounts.ts';
import { createSecret, hashSecret } from './secrets.ts';
import type { AuthenticatedRequest, SignedIn } from './signedIn.ts';

/** `ended`: a session of the account, or all of its sessions if none is named. */
export type SessionEvents = { ended: [accountId: string, sessionHash: string | undefined] };

/** The sessions of signed-in browsers. Their cookies hold 256 random bits, of which only the hash is kept. */
export interface Sessions {
  readonly events: TypedEmitter<SessionEvents>;
  /** Who the cookie speaks for; leaves it as it is, for connections that cannot set another one. */
  authenticate(cookieHeader: string | undefined): Promise<SignedIn | undefined>;
  /** Who the cookie speaks for; replaces a cookie that has been in use for a while. */
  authenticateRequest(cookieHeader: string | undefined): Promise<AuthenticatedRequest | undefined>;
  /**
   * Begins a session, and ends the one that the browser had. Returns the `Set-Cookie` header; undefined if the account
   * has been disabled, or has got another password, since it was looked at.
   */
  begin(
    account: Pick<AccountRecord, 'accountId' | 'passwordHash'>,
    address: string,
    cookieHeader: string | undefined,
  ): Promise<string | undefined>;
  /** Replaces the cookie now. Undefined: it is good no more. */
  rotate(cookieHeader: string | undefined): Promise<string | undefined>;
  /** These sessions are in use without asking for anything. What fails is logged: there is a next time. */
  keep(sessionHashes: readonly string[]): Promise<void>;
  end(signedIn: SignedIn): Promise<void>;
  /** All sessions of an account, but for one if it is given. */
  endAll(accountId: string, exceptSessionHash?: string): Promise<void>;
  readonly cookieName: string;
  /** The `Set-Cookie` header that makes the browser forget. */
  readonly clearedCookie: string;
  /** Stops looking for what has expired. */
  close(): void;
}

/** What {@link createSessions} needs. */
export interface SessionsDeps {
  accounts: Pick<
    AccountsRepository,
    | 'addSession'
    | 'rotateSession'
    | 'extendSessions'
    | 'findSession'
    | 'deleteSession'
    | 'deleteSessionsOf'
    | 'deleteExpiredSessions'
  >;
  /** People come over https: the cookie goes nowhere else. */
  secure: boolean;
  clock: Clock;
  logger: Logger;
}

/** A session nobody uses ends after this long, any session after the other. */
const IDLE_MS = 12 * 3_600_000;
const ABSOLUTE_MS = 7 * 24 * 3_600_000;
const ROTATE_AFTER_MS = 15 * 60_000;
/** A replaced cookie still counts for this long: requests that were under way, and other tabs. */
const OVERLAP_MS = 60_000;
const SWEEP_MS = 60_000;

/** Builds {@link Sessions}. */
export function createSessions({ accounts, secure, clock, logger }: SessionsDeps): Sessions {
  const events = new TypedEmitter<SessionEvents>((error, event) =>
    logger.error({ err: error, code: 'listener-failed', event }, 'a listener of sessions failed'),
  );
  // The prefix makes browsers refuse it from another host or over http (RFC 6265bis, section 4.1.3.2).
  const cookieName = secure ? '__Host-sightline' : 'sightline';

  const setCookie = (value: string, maxAge: number): string =>
    stringifySetCookie({
      name: cookieName,
      value,
      maxAge,
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure,
    });

  const find = async (
    cookieHeader: string | undefined,
  ): Promise<{ session: AccountSession; account: AccountRecord; isCurrent: boolean } | undefined> => {
    const token = cookieHeader === undefined ? undefined : parseCookie(cookieHeader)[cookieName];
    if (token === undefined) return undefined;
    const tokenHash = hashSecret(token);
    const found = await accounts.findSession(tokenHash, clock.nowMs());
    if (found === undefined || found.account.disabled) return undefined;
    const isCurrent = found.session.tokenHash === tokenHash;
    // Rotation is the only use that is written down, so it happened then.
    const isWithinOverlap = clock.nowMs() - found.session.lastUsedAtMs <= OVERLAP_MS;
    return isCurrent || isWithinOverlap ? { ...found, isCurrent } : undefined;
  };

  const rotateFound = async ({ tokenHash, createdAtMs }: AccountSession): Promise<string | undefined> => {
    const token = createSecret();
    const nowMs = clock.nowMs();
    const expiresAtMs = Math.min(nowMs + IDLE_MS, createdAtMs + ABSOLUTE_MS);
    const next = { tokenHash: hashSecret(token), lastUsedAtMs: nowMs, expiresAtMs };
    const isRotated = await accounts.rotateSession(tokenHash, next);
    return isRotated ? setCookie(token, Math.ceil((createdAtMs + ABSOLUTE_MS - nowMs) / 1_000)) : undefined;
  };

  const end = async (accountId: string, sessionHash: string): Promise<void> => {
    await accounts.deleteSession(sessionHash);
    events.emit('ended', accountId, sessionHash);
  };

  const sweep = async (): Promise<void> => {
    try {
      const expired = await accounts.deleteExpiredSessions(clock.nowMs());
      for (const { accountId, sessionHash } of expired) events.emit('ended', accountId, sessionHash);
    } catch (error) {
      logger.error({ err: error, code: 'sweep-failed' }, 'expired sessions could not be removed');
    }
  };
  const stopSweeping = clock.every(SWEEP_MS, () => void sweep());

  return {
    events,
    cookieName,
    clearedCookie: setCookie('', 0),
    async authenticate(cookieHeader) {
      const found = await find(cookieHeader);
      return found && signedInOf(found);
    },
    async authenticateRequest(cookieHeader) {
      const found = await find(cookieHeader);
      if (found === undefined) return undefined;
      const isDue = found.isCurrent && clock.nowMs() - found.session.lastUsedAtMs >= ROTATE_AFTER_MS;
      return {
        signedIn: signedInOf(found),
        setCookie: isDue ? await rotateFound(found.session) : undefined,
      };
    },
    async begin({ accountId, passwordHash }, address, cookieHeader) {
      const before = await find(cookieHeader);
      if (before !== undefined) await end(before.account.accountId, before.session.sessionHash);
      const token = createSecret();
      const sessionHash = hashSecret(token);
      const nowMs = clock.nowMs();
      await accounts.addSession({
        sessionHash,
        tokenHash: sessionHash,
        previousHash: null,
        accountId,
        createdAtMs: nowMs,
        lastUsedAtMs: nowMs,
        expiresAtMs: nowMs + IDLE_MS,
        address,
      });
      // What changed before this is seen now; what changes later ends this session too.
      const now = (await accounts.findSession(sessionHash, nowMs))?.account;
      if (now !== undefined && !now.disabled && now.passwordHash === passwordHash) {
        return setCookie(token, ABSOLUTE_MS / 1_000);
      }
      await accounts.deleteSession(sessionHash);
      return undefined;
    },
    async rotate(cookieHeader) {
      const found = await find(cookieHeader);
      return found && rotateFound(found.session);
    },
    async keep(sessionHashes) {
      const expiresAtMs = clock.nowMs() + IDLE_MS;
      try {
        await accounts.extendSessions(sessionHashes, expiresAtMs, ABSOLUTE_MS);
      } catch (error) {
        logger.error({ err: error, code: 'session-write-failed' }, 'sessions in use could not be extended');
      }
    },
    end: ({ principal, sessionHash }) => end(principal.accountId, sessionHash),
    async endAll(accountId, exceptSessionHash) {
      const ended = await accounts.deleteSessionsOf(accountId, exceptSessionHash);
      if (exceptSessionHash === undefined) events.emit('ended', accountId, undefined);
      else for (const sessionHash of ended) events.emit('ended', accountId, sessionHash);
    },
    close: stopSweeping,
  };
}

function signedInOf(found: { session: AccountSession; account: AccountRecord }): SignedIn {
  const { accountId, name, grants, mustChangePassword } = found.account;
  return {
    principal: { accountId, name, grants },
    sessionHash: found.session.sessionHash,
    mustChangePassword,
  };
}
