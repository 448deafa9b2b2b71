import type { Grant } from '@sightline/shared';
import type { Database } from './database.ts';

/** An account as it is kept. */
export interface AccountRecord {
  accountId: string;
  /** Lower case. */
  email: string;
  name: string;
  /** argon2id in PHC string format. Null: signs in elsewhere only. */
  passwordHash: string | null;
  mustChangePassword: boolean;
  /** Encrypted. Null: no second factor. */
  totpSecret: string | null;
  totpLastStep: number | null;
  oidcSubject: string | null;
  disabled: boolean;
  createdAtMs: number;
  grants: Grant[];
}

/** What of an account can change; what is absent stays. */
export type AccountPatch = Partial<
  Omit<AccountRecord, 'accountId' | 'email' | 'createdAtMs' | 'totpLastStep'>
>;

/** A signed-in browser. */
export interface AccountSession {
  /** SHA-256, hex, of what was in its first cookie: names the session for as long as it lasts. */
  sessionHash: string;
  /** SHA-256, hex, of what is in the cookie now. */
  tokenHash: string;
  /** The same of the cookie before; null until the first rotation. */
  previousHash: string | null;
  accountId: string;
  createdAtMs: number;
  lastUsedAtMs: number;
  expiresAtMs: number;
  address: string;
}

/** Accounts, their grants and their sessions. */
export interface AccountsRepository {
  /** With its grants, in one transaction. False: the e-mail address is taken. */
  add(account: AccountRecord): Promise<boolean>;
  count(): Promise<number>;
  find(accountId: string): Promise<AccountRecord | undefined>;
  findByEmail(email: string): Promise<AccountRecord | undefined>;
  findByOidcSubject(subject: string): Promise<AccountRecord | undefined>;
  list(): Promise<AccountRecord[]>;
  /** In one transaction; grants are replaced as a whole. Undefined: there is no such account. */
  change(accountId: string, patch: AccountPatch): Promise<AccountRecord | undefined>;
  /** Accepts a time step once: false if it, or a later one, has been accepted before. */
  useTotpStep(accountId: string, step: number): Promise<boolean>;
  addSession(session: AccountSession): Promise<void>;
  /** Replaces a session's token hash, which becomes its previous one. False: `oldHash` is not its hash any more. */
  rotateSession(
    oldHash: string,
    next: { tokenHash: string; lastUsedAtMs: number; expiresAtMs: number },
  ): Promise<boolean>;
  /** A session whose token hash, or the one before, is this and that has not expired, with its account. */
  findSession(
    tokenHash: string,
    nowMs: number,
  ): Promise<{ session: AccountSession; account: AccountRecord } | undefined>;
  deleteSession(sessionHash: string): Promise<void>;
  /** All of an account, but for one if it is given. Returns the `sessionHash` of those that are gone. */
  deleteSessionsOf(accountId: string, exceptSessionHash?: string): Promise<string[]>;
  /** Returns what is gone. */
  deleteExpiredSessions(nowMs: number): Promise<Pick<AccountSession, 'accountId' | 'sessionHash'>[]>;
}
