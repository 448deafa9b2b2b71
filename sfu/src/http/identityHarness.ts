import { DEFAULT_RETENTION, type AuditAction, type Role } from '@sightline/shared';
import { createLogger, sendProblem } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { fastify } from 'fastify';
import { createAuditLog } from '../audit/auditLog.ts';
import { createAccountsRepository, type AccountRecord, type AccountsRepository } from '../db/accounts.ts';
import { createAuditRepository } from '../db/audit.ts';
import { openSqliteDatabase } from '../db/database.ts';
import { createOrganisationRepository } from '../db/organisation.ts';
import { createIdentity, type Identity } from '../identity/identity.ts';
import { createPasswords } from '../identity/passwords.ts';
import type { OidcConfig } from '../identity/singleSignOn.ts';
import { authRoutes } from './authRoutes.ts';
import { ownAccountRoutes } from './ownAccountRoutes.ts';
import { createApi } from './route.ts';
import { singleSignOnRoutes } from './singleSignOnRoutes.ts';

/** The password of every account that {@link IdentityHarness.addAccount} adds. */
export const PASSWORD = 'correct horse battery';

/** Cheap enough for tests. */
export const cheapPasswords = createPasswords({ memoryKib: 8, passes: 1, parallelism: 1 });

/** A browser: it keeps cookies. */
export interface TestBrowser {
  readonly cookies: Map<string, string>;
  request(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<{ status: number; body: unknown; headers: Record<string, unknown> }>;
  readonly cookieHeader: string | undefined;
}

/** The routes of signing in, on a database in memory and a clock that is set by hand. */
export interface IdentityHarness {
  readonly clock: ManualClock;
  readonly accounts: AccountsRepository;
  readonly identity: Identity;
  addAccount(name: string, role?: Role, change?: Partial<AccountRecord>): Promise<AccountRecord>;
  browser(address?: string): TestBrowser;
  /** A browser that has signed in. */
  signedIn(name: string): Promise<TestBrowser>;
  /** What is on record, the oldest first. */
  audited(companyId: string | null): Promise<{ action: AuditAction; actorName: string; details: object }[]>;
  close(): Promise<void>;
}

/** Builds an {@link IdentityHarness} with the company `c1`. */
export async function createIdentityHarness({
  startMs = 1_800_000_000_000,
  publicOrigin = 'http://127.0.0.1:3000',
  oidc,
}: { startMs?: number; publicOrigin?: string; oidc?: OidcConfig } = {}): Promise<IdentityHarness> {
  const clock = createManualClock(startMs);
  const logger = createLogger('test', 'silent');
  const database = await openSqliteDatabase(':memory:');
  const accounts = createAccountsRepository(database);
  const audit = createAuditRepository(database);
  const company = {
    companyId: 'c1',
    name: 'Acme',
    idleThresholdMs: 600_000,
    retention: DEFAULT_RETENTION,
    createdAtMs: startMs,
  };
  await createOrganisationRepository(database).addCompany(company);
  const identity = createIdentity({
    accounts,
    passwords: cheapPasswords,
    serverSecret: 'a secret of at least 32 characters',
    publicOrigin,
    oidc,
    clock,
    logger,
  });
  const app = fastify();
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error, () => undefined));
  const api = createApi(app, { sessions: identity.sessions, companyExists: async (id) => id === 'c1' });
  const deps = { accounts, identity, auditLog: createAuditLog({ repository: audit, clock, logger }) };
  authRoutes(api, deps);
  ownAccountRoutes(api, deps);
  singleSignOnRoutes(api, deps);

  const browser = (address = '192.0.2.1'): TestBrowser => {
    const cookies = new Map<string, string>();
    const cookieHeader = (): string => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return {
      cookies,
      get cookieHeader() {
        return cookies.size === 0 ? undefined : cookieHeader();
      },
      async request(method, path, payload) {
        const response = await app.inject({
          method,
          url: path.startsWith('/') ? path : `/api/v1/auth/${path}`,
          remoteAddress: address,
          headers: cookies.size === 0 ? {} : { cookie: cookieHeader() },
          ...(payload === undefined ? {} : { payload }),
        });
        for (const { name, value, maxAge } of response.cookies) {
          if (maxAge === 0) cookies.delete(name);
          else cookies.set(name, value);
        }
        const body: unknown = response.body === '' ? undefined : response.json();
        return { status: response.statusCode, body, headers: response.headers };
      },
    };
  };

  return {
    clock,
    accounts,
    identity,
    browser,
    async addAccount(name, role = 'supervisor', change = {}) {
      const account: AccountRecord = {
        accountId: name,
        email: `${name}@example.test`,
        name,
        passwordHash: await cheapPasswords.hash(PASSWORD),
        mustChangePassword: false,
        totpSecret: null,
        totpLastStep: null,
        oidcSubject: null,
        disabled: false,
        createdAtMs: startMs,
        grants: [{ role, companyId: role === 'owner' ? null : 'c1', groupId: null }],
        ...change,
      };
      await accounts.add(account);
      return account;
    },
    async signedIn(name) {
      const signedIn = browser();
      const order = { email: `${name}@example.test`, password: PASSWORD };
      const { status } = await signedIn.request('POST', 'sign-in', order);
      if (status !== 200) throw new Error(`${name} could not sign in: ${status}`);
      return signedIn;
    },
    async audited(companyId) {
      const entries = await audit.read(companyId, 0, 1_000);
      return entries.map(({ action, actor, details }) => ({ action, actorName: actor.name, details }));
    },
    async close() {
      identity.sessions.close();
      await app.close();
      await database.destroy();
    },
  };
}
