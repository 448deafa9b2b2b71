import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createListener, createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import * as z from 'zod';
import { createAuditLog } from '../audit/auditLog.ts';
import { openSqliteDatabase, type Database } from '../db/database.ts';
import { createRepositories } from '../db/repositories.ts';
import { createDeviceCredentials } from '../enrolment/deviceCredentials.ts';
import { createGate } from '../exposure/gate.ts';
import { createIdentity } from '../identity/identity.ts';
import { RecorderPool } from '../recording/recorderPool.ts';
import { apiRoutes } from './apiRoutes.ts';
import { cheapPasswords } from './identityHarness.ts';
import { createHttpServer, type HttpServer } from './server.ts';

const documentSchema = z.looseObject({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        summary: z.string(),
        parameters: z.array(z.looseObject({ in: z.string(), name: z.string() })).optional(),
        requestBody: z.unknown().optional(),
        responses: z.record(z.string(), z.looseObject({ description: z.string() })),
      }),
    ),
  ),
});

const HEADERS = { host: '127.0.0.1:3000' };
const NO_PAGES = join(import.meta.dirname, 'no-pages');
let database: Database;
let server: HttpServer;
let document: z.output<typeof documentSchema>;

beforeAll(async () => {
  const clock = createManualClock();
  const logger = createLogger('test', 'silent');
  const publicOrigin = 'http://127.0.0.1:3000';
  const exposure = {
    host: '127.0.0.1',
    port: 3000,
    tls: undefined,
    trustedProxies: [],
    publicOrigin,
    secure: false,
  };
  database = await openSqliteDatabase(':memory:');
  const repositories = createRepositories(database);
  const identity = createIdentity({
    accounts: repositories.accounts,
    passwords: cheapPasswords,
    serverSecret: 'a secret of at least 32 characters',
    publicOrigin,
    oidc: undefined,
    clock,
    logger,
  });
  const ignore = (): void => undefined;
  server = await createHttpServer({
    pages: { dashboard: NO_PAGES, agent: NO_PAGES },
    exposure,
    gate: createGate(exposure),
    listener: createListener(undefined),
    sessions: identity.sessions,
    companyExists: async () => false,
    declareRoutes: (api) =>
      apiRoutes(api, {
        repositories,
        identity,
        credentials: createDeviceCredentials({ devices: repositories.devices }),
        auditLog: createAuditLog({ repository: repositories.audit, clock, logger }),
        presence: {
          deviceEnrolled: ignore,
          deviceChanged: ignore,
          deviceRevoked: ignore,
          companyChanged: ignore,
        },
        accountsOnline: { isOnline: () => false },
        recorders: new RecorderPool(logger),
        registry: { problems: () => [] },
        mediaHolds: { holdChanged: ignore },
        exports: {
          order: () => Promise.reject(new Error('not asked for')),
          cancel: () => Promise.reject(new Error('not asked for')),
        },
        recorderSecret: 'a secret of recorders',
        publicOrigin,
        clock,
      }),
    mediaOrigins: () => ['http://127.0.0.1:3001', 'https://media.example'],
    logger,
  });
  const response = await server.app.inject({ url: '/api/v1/openapi.json', headers: HEADERS });
  document = documentSchema.parse(response.json());
});
afterAll(async () => {
  await server.app.close();
  await database.destroy();
});

describe('the document of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toBe('3.1.0');
  });

  it('has every route, what it takes, and what it answers', () => {
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const pathOf = (url: string): string => url.replace(/:(\w+)/g, '{$1}');
    const { routes } = server.api;
    expect(documented.toSorted()).toEqual(
      routes.map(({ method, url }) => `${method} ${pathOf(url)}`).toSorted(),
    );
    for (const { method, url, input, summary } of routes) {
      const operation = document.paths[pathOf(url)]?.[method.toLowerCase()];
      expect(operation?.summary).toBe(summary);
      expect(Object.keys(operation?.responses ?? {})).toEqual([
        expect.stringMatching(/^(200|204|302)$/),
        '4XX',
        '5XX',
      ]);
      expect(operation?.requestBody === undefined).toBe(input.body === undefined);
      const named = operation?.parameters?.filter((parameter) => parameter.in === 'path') ?? [];
      expect(named.map(({ name }) => name)).toEqual([...url.matchAll(/:(\w+)/g)].map(([, name]) => name));
    }
  });

  it('can be browsed under the policy that pages have', async () => {
    const page = await server.app.inject({ url: '/api/v1/docs/', headers: HEADERS });
    expect(page.statusCode).toBe(200);
    const policy = page.headers['content-security-policy'];
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("connect-src 'self' http://127.0.0.1:3001 https://media.example;");
    expect(page.body).not.toMatch(/<script>|<script [^>]*>[^<\s]| on\w+=/);
    const scripts = [...page.body.matchAll(/<script src="([^"]+)"/g)].map(([, src]) => src ?? '');
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      const { pathname } = new URL(script, 'http://local/api/v1/docs/');
      const { statusCode } = await server.app.inject({ url: pathname, headers: HEADERS });
      expect([script, statusCode]).toEqual([script, 200]);
    }
  });
});

describe('what the server answers to beside the API', () => {
  it('is known: health, pages and the browser of the document', () => {
    const others = server.api.undeclared.filter((route) => !route.includes(' /api/v1/docs'));
    expect(others).toEqual([
      'GET /healthz',
      'HEAD /healthz',
      'HEAD,GET /agent/*',
      'GET /agent',
      'HEAD /agent',
    ]);
  });

  it('says so where there is nothing', async () => {
    const response = await server.app.inject({ url: '/api/v1/nothing', headers: HEADERS });
    expect([response.statusCode, response.json()]).toEqual([
      404,
      expect.objectContaining({ code: 'not-found' }),
    ]);
  });
});
