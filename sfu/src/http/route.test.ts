import { beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_RETENTION, company, type Grant } from '@sightline/shared';
import { sendProblem } from '@sightline/shared/node';
import { fastify, type FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { SignedIn } from '../identity/signedIn.ts';
import { createApi, type Api } from './route.ts';

/** The cookie header is taken for the name of a caller. */
const CALLERS: Record<string, SignedIn> = {
  owner: caller([{ role: 'owner', companyId: null, groupId: null }]),
  admin: caller([{ role: 'admin', companyId: 'c1', groupId: null }]),
  supervisor: caller([{ role: 'supervisor', companyId: 'c1', groupId: null }]),
  groupSupervisor: caller([{ role: 'supervisor', companyId: 'c1', groupId: 'g1' }]),
  foreigner: caller([{ role: 'admin', companyId: 'c2', groupId: null }]),
  newcomer: { ...caller([{ role: 'admin', companyId: 'c1', groupId: null }]), mustChangePassword: true },
};

let app: FastifyInstance;
let api: Api;

beforeEach(() => {
  app = fastify({ bodyLimit: 64 * 1024 });
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error, () => undefined));
  api = createApi(app, {
    sessions: {
      authenticateRequest: async (name) => {
        const signedIn = CALLERS[name ?? ''];
        return signedIn && { signedIn, setCookie: name === 'owner' ? 'rotated=1' : undefined };
      },
    },
    companyExists: async (companyId) => companyId === 'c1',
  });
  api.route({
    method: 'PATCH',
    url: '/api/v1/companies/:companyId',
    summary: 'Changes a company.',
    access: 'company.manage',
    input: {
      params: z.object({ companyId: z.string() }),
      query: z.object({ limit: z.coerce.number().int().default(10) }),
      body: z.object({ name: z.string().min(3) }),
    },
    response: company,
    handler: ({ params, body, query }, { caller }) => ({
      companyId: params.companyId,
      name: `${body.name} by ${caller.principal.name}`,
      idleThresholdMs: query.limit,
      retention: DEFAULT_RETENTION,
      createdAtMs: 1,
      secret: 'not in the schema',
      ...('extra' in body ? { name: 'unknown keys got through' } : {}),
    }),
  });
  api.route({
    method: 'GET',
    url: '/api/v1/companies/:companyId/devices',
    summary: 'Lists devices.',
    access: 'company.view',
    withinGroups: true,
    input: {},
    response: z.object({ groups: z.array(z.string()) }),
    handler: (_input, { reach }) => {
      const groups = reach.companies.get('c1');
      return { groups: groups === undefined || groups === 'all' ? ['all'] : [...groups] };
    },
  });
  api.route({
    method: 'GET',
    url: '/api/v1/audit',
    summary: 'Lists what happened.',
    access: 'audit.view',
    input: {},
    response: 'nothing',
    handler: () => undefined,
  });
  api.route({
    method: 'GET',
    url: '/api/v1/auth/me',
    summary: 'Tells who is signed in.',
    access: 'signed-in',
    input: {},
    response: 'nothing',
    handler: () => undefined,
  });
  api.route({
    method: 'GET',
    url: '/api/v1/auth/start',
    summary: 'Sends elsewhere.',
    access: 'public',
    input: {},
    response: 'redirect',
    handler: () => 'https://example.test/',
  });
});

const send = async (
  as: string | undefined,
  method: 'GET' | 'PATCH',
  url: string,
  payload?: string | object,
) => {
  const headers = { ...(as === undefined ? {} : { cookie: as }), 'content-type': 'application/json' };
  const response = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  const body: unknown = response.body === '' ? undefined : response.json();
  return { status: response.statusCode, body, headers: response.headers };
};
const change = (as: string | undefined, companyId: string, payload: string | object = { name: 'Acme' }) =>
  send(as, 'PATCH', `/api/v1/companies/${companyId}`, payload);

it('gives handlers the address of an IPv4 client as such, however the listening socket writes it', async () => {
  const bare = fastify();
  const addressed = createApi(bare, {
    sessions: { authenticateRequest: async () => undefined },
    companyExists: async () => false,
  });
  addressed.route({
    method: 'GET',
    url: '/api/v1/address',
    summary: 'Tells the address.',
    access: 'public',
    input: {},
    response: z.object({ address: z.string() }),
    handler: (_input, { address }) => ({ address }),
  });
  const answer = await bare.inject({ url: '/api/v1/address', remoteAddress: '::ffff:192.0.2.1' });
  expect(answer.json()).toEqual({ address: '192.0.2.1' });
});

describe('a route about a company', () => {
  it.each([
    [undefined, 'c1', 401, 'not-signed-in'],
    ['nobody', 'c1', 401, 'not-signed-in'],
    ['foreigner', 'c1', 404, 'unknown-company'],
    ['admin', 'c2', 404, 'unknown-company'],
    ['owner', 'c3', 404, 'unknown-company'],
    ['supervisor', 'c1', 403, 'forbidden'],
    ['groupSupervisor', 'c1', 403, 'forbidden'],
    ['newcomer', 'c1', 403, 'password-change-required'],
  ])('refuses %s at %s with %d %s', async (as, companyId, status, code) => {
    await expect(change(as, companyId)).resolves.toMatchObject({
      status,
      body: { status, code, type: 'about:blank' },
    });
  });

  it('answers those whose role is enough, with what its schema names', async () => {
    const { status, body } = await change('admin', 'c1', { name: 'Acme', extra: 1 });
    expect(status).toBe(200);
    expect(body).toEqual({
      companyId: 'c1',
      name: 'Acme by somebody',
      idleThresholdMs: 10,
      retention: DEFAULT_RETENTION,
      createdAtMs: 1,
    });
  });

  it('refuses before it reads the body', async () => {
    await expect(change(undefined, 'c1', '{"name":')).resolves.toMatchObject({ status: 401 });
  });

  it('hands over the cookie that a rotation made', async () => {
    const { headers } = await change('owner', 'c1');
    expect(headers['set-cookie']).toBe('rotated=1');
  });

  it('lets a grant for one group in where that is enough, and tells the handler', async () => {
    await expect(send('groupSupervisor', 'GET', '/api/v1/companies/c1/devices')).resolves.toMatchObject({
      status: 200,
      body: { groups: ['g1'] },
    });
  });
});

describe('what a request carries', () => {
  it.each([
    ['a wrong field', { name: 'x' }, 400, 'bad-request', /^body\.name: /],
    ['no object', '[]', 400, 'bad-request', /^body: /],
    ['no JSON', '{"name":', 400, 'bad-request', /./],
    ['a poisoned prototype', '{"name":"Acme","__proto__":{"admin":true}}', 400, 'bad-request', /./],
    ['too much', JSON.stringify({ name: 'x'.repeat(100_000) }), 413, 'too-large', /./],
  ])('is refused if it is %s', async (_what, payload, status, code, detail) => {
    const answer = await change('admin', 'c1', payload);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.body).toHaveProperty('detail', expect.stringMatching(detail));
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });
});

describe('other routes', () => {
  it('refuse who has the permission nowhere, before the handler runs', async () => {
    await expect(send('supervisor', 'GET', '/api/v1/audit')).resolves.toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    await expect(send('admin', 'GET', '/api/v1/audit')).resolves.toMatchObject({ status: 204 });
  });

  it('of signing in are open to accounts that must change their password', async () => {
    await expect(send('newcomer', 'GET', '/api/v1/auth/me')).resolves.toMatchObject({ status: 204 });
  });

  it('may redirect', async () => {
    const answer = await app.inject('/api/v1/auth/start');
    expect([answer.statusCode, answer.headers.location]).toEqual([302, 'https://example.test/']);
  });

  it('that were not declared show', () => {
    app.get('/api/v1/backdoor', () => 'open');
    expect(api.routes).toHaveLength(5);
    expect(api.undeclared).toEqual(['GET /api/v1/backdoor', 'HEAD /api/v1/backdoor']);
  });
});

function caller(grants: Grant[]): SignedIn {
  return {
    principal: { accountId: 'a1', name: 'somebody', grants },
    sessionHash: 'h1',
    mustChangePassword: false,
  };
}
