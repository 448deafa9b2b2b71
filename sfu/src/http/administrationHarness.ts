import {
  DEFAULT_RETENTION,
  type AuditEntry,
  type Device,
  type Grant,
  type ReportedProblems,
} from '@sightline/shared';
import { createLogger, sendProblem } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { fastify } from 'fastify';
import { createAuditLog } from '../audit/auditLog.ts';
import type { AccountRecord } from '../db/accounts.ts';
import { openSqliteDatabase } from '../db/database.ts';
import { createRepositories } from '../db/repositories.ts';
import { accountOf } from '../db/suites/fixtures.ts';
import { createDeviceCredentials, type DeviceCredentials } from '../enrolment/deviceCredentials.ts';
import { createExports } from '../exports/exports.ts';
import { hashSecret } from '../identity/secrets.ts';
import { createIdentity } from '../identity/identity.ts';
import { RecorderPool, type RecorderLink } from '../recording/recorderPool.ts';
import { apiRoutes } from './apiRoutes.ts';
import { cheapPasswords } from './identityHarness.ts';
import { createApi } from './route.ts';

/** Where every request of the tests comes from. */
export const ADDRESS = '192.0.2.1';
export const NOW_MS = 1_800_000_000_000;
export const RECORDER_SECRET = 'a secret of the recorders';

const PASSWORD_HASH = 'no hash of anything';

/** Who is there, by account id, which is the name too. */
const CAST = {
  owen: { role: 'owner', companyId: null, groupId: null },
  ada: { role: 'admin', companyId: 'acme', groupId: null },
  sam: { role: 'supervisor', companyId: 'acme', groupId: null },
  gil: { role: 'supervisor', companyId: 'acme', groupId: 'sales' },
  cora: { role: 'compliance', companyId: 'acme', groupId: null },
  carl: { role: 'compliance', companyId: 'acme', groupId: 'sales' },
  eve: { role: 'admin', companyId: 'globex', groupId: null },
} as const satisfies Record<string, Grant>;

/** Somebody who sends requests. */
export type Person = keyof typeof CAST;

/** A recorder that is connected and does nothing by itself. */
export const idleRecorder = (change: Partial<RecorderLink> = {}): RecorderLink => ({
  recorderId: 'r1',
  mediaBaseUrl: 'http://127.0.0.1:4000',
  status: {
    disk: { state: 'ok', freeBytes: 1e12, totalBytes: 1e12 },
    store: { kind: 'local', backlogSegments: 0, backlogBytes: 0 },
    admission: { open: true },
    runs: 0,
    problems: [],
  },
  startRun: () => Promise.reject(new Error('not asked for')),
  stopRun: () => Promise.reject(new Error('not asked for')),
  closeSession: () => Promise.reject(new Error('not asked for')),
  holdMedia: () => Promise.reject(new Error('not asked for')),
  startExport: () => Promise.reject(new Error('not asked for')),
  cancelExport: () => Promise.reject(new Error('not asked for')),
  keyFrameSent: () => undefined,
  frameSent: () => undefined,
  soundArrived: () => Promise.reject(new Error('not asked for')),
  ...change,
});

/** What a request was answered with; `body` is parsed if it is JSON. */
export interface Answer {
  status: number;
  body: unknown;
  text: string;
  headers: Record<string, unknown>;
}

/** Two companies with everybody and everything in them, on a database in memory, behind the routes of administration. */
export type AdministrationHarness = Awaited<ReturnType<typeof createAdministrationHarness>>;

/** The credential of a device of the harness. */
export const credentialOf = (deviceId: string): string => deviceId.padEnd(43, '-');

/** Builds an {@link AdministrationHarness}. */
export async function createAdministrationHarness() {
  const clock: ManualClock = createManualClock(NOW_MS);
  const logger = createLogger('test', 'silent');
  const database = await openSqliteDatabase(':memory:');
  const repositories = createRepositories(database);
  const { accounts, organisation, devices } = repositories;
  for (const companyId of ['acme', 'globex']) {
    await organisation.addCompany({
      companyId,
      name: companyId,
      idleThresholdMs: 600_000,
      retention: DEFAULT_RETENTION,
      createdAtMs: NOW_MS,
    });
  }
  await organisation.addGroup({ groupId: 'sales', companyId: 'acme', name: 'Sales' });
  await organisation.addGroup({ groupId: 'ops', companyId: 'globex', name: 'Ops' });
  for (const [accountId, grant] of Object.entries(CAST)) await accounts.add(memberOf(accountId, [grant]));
  for (const [deviceId, companyId, groupId] of [
    ['desk', 'acme', 'sales'],
    ['phone', 'acme', null],
    ['rival', 'globex', 'ops'],
  ] as const) {
    await addDevice(deviceId, companyId, groupId);
  }

  async function addDevice(deviceId: string, companyId: string, groupId: string | null): Promise<void> {
    const secretHash = hashSecret(`token of ${deviceId}`);
    await devices.addEnrolmentToken({
      tokenId: `token-${deviceId}`,
      companyId,
      groupId,
      createdAtMs: NOW_MS,
      expiresAtMs: NOW_MS + 1,
      usesLeft: 1,
      secretHash,
      createdBy: 'owen',
    });
    await devices.enrol(secretHash, NOW_MS, {
      deviceId,
      name: deviceId,
      userId: `ann@${deviceId}`,
      credentialHash: hashSecret(credentialOf(deviceId)),
      enrolledAtMs: NOW_MS,
    });
  }

  const publicOrigin = 'https://sightline.example';
  const identity = createIdentity({
    accounts,
    passwords: cheapPasswords,
    serverSecret: 'a secret of at least 32 characters',
    publicOrigin,
    oidc: undefined,
    clock,
    logger,
  });
  const { sessions } = identity;
  const cookies = new Map<string, string>();
  for (const accountId of Object.keys(CAST)) {
    const account = { accountId, passwordHash: PASSWORD_HASH };
    const [cookie] = (await sessions.begin(account, ADDRESS, undefined))?.split(';') ?? [];
    if (cookie === undefined) throw new Error(`${accountId} could not sign in.`);
    cookies.set(accountId, cookie);
  }

  /** What presence, and what looks after held media, was told, in order. */
  const told: [what: string, about: string][] = [];
  const online = new Set<string>();
  const recorders = new RecorderPool(logger);
  const problems: ReportedProblems[] = [];
  const credentials: DeviceCredentials = createDeviceCredentials({ devices });
  const auditLog = createAuditLog({ repository: repositories.audit, clock, logger });

  const exports = createExports({
    repository: repositories.exports,
    recordedMedia: repositories.recordedMedia,
    recorders,
    collectEvidence: () => Promise.resolve({ ledgers: '[]', accessHistory: '', companyLog: '' }),
    newId: () => `export-${(exportCount += 1)}`,
    clock,
    logger,
  });
  let exportCount = 0;

  const app = fastify();
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error, () => undefined));
  const api = createApi(app, {
    sessions,
    companyExists: async (companyId) => (await organisation.findCompany(companyId)) !== undefined,
  });
  apiRoutes(api, {
    repositories,
    identity,
    credentials,
    presence: {
      companyChanged: ({ companyId }) => told.push(['company-changed', companyId]),
      deviceEnrolled: ({ deviceId }: Device) => told.push(['enrolled', deviceId]),
      deviceChanged: ({ deviceId, groupId }) => told.push(['changed', `${deviceId} of ${groupId ?? 'none'}`]),
      deviceRevoked: (deviceId) => told.push(['revoked', deviceId]),
    },
    accountsOnline: { isOnline: (accountId) => online.has(accountId) },
    auditLog,
    recorders,
    registry: { problems: () => problems },
    mediaHolds: {
      holdChanged: ({ holdId, released }) =>
        told.push(['hold', `${holdId}${released === null ? '' : ' released'}`]),
    },
    exports,
    recorderSecret: RECORDER_SECRET,
    publicOrigin,
    clock,
  });

  return {
    clock,
    repositories,
    credentials,
    told,
    online,
    recorders,
    /** What recorders complain about. */
    problems,
    exports,
    /** Sends a request below `/api/v1`; as nobody if no person is given. */
    async send(
      person: Person | undefined,
      method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
      path: string,
      payload?: object,
    ): Promise<Answer> {
      const cookie = person === undefined ? undefined : cookies.get(person);
      const response = await app.inject({
        method,
        url: `/api/v1${path}`,
        remoteAddress: ADDRESS,
        headers: cookie === undefined ? {} : { cookie },
        ...(payload === undefined ? {} : { payload }),
      });
      const isJson = String(response.headers['content-type']).includes('json;');
      const body: unknown = isJson ? response.json() : undefined;
      return { status: response.statusCode, body, text: response.body, headers: response.headers };
    },
    addDevice,
    addAccount: (accountId: string, grants: Grant[]) => accounts.add(memberOf(accountId, grants)),
    /** What is on record, the oldest first. */
    audited: (companyId: string | null): Promise<AuditEntry[]> =>
      repositories.audit.read(companyId, 0, 1_000),
    async close() {
      sessions.close();
      await app.close();
      await database.destroy();
    },
  };
}

const memberOf = (accountId: string, grants: Grant[]): AccountRecord =>
  accountOf(accountId, {
    email: `${accountId}@example.test`,
    name: accountId,
    passwordHash: PASSWORD_HASH,
    mustChangePassword: false,
    createdAtMs: NOW_MS,
    grants,
  });
