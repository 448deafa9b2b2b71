import { VIEWER_NAMESPACE, createRequester, sessionList, viewerRequests } from '@sightline/shared';
import type { Grant } from '@sightline/shared';
import { grantsOf } from './kinds.ts';
import type { Outcome } from './outcome.ts';
import { send } from './send.ts';
import { connect } from './sockets.ts';
import { createSecret, type World } from './world.ts';

interface Asked {
  readonly order: readonly [method: string, path: string, body?: object];
  readonly answer: string;
}

/** Somebody with one role here and another one there: neither reaches into the other's place. */
export async function mixRoles(world: World): Promise<Outcome> {
  const outcome: Outcome = { expected: {}, actual: {} };
  const [one, two] = world.homes;
  const supervisorAndAdmin = [...grantsOf('supervisor', one.groups[0]), ...grantsOf('admin', two.groups[0])];
  const watcherAndAuditor = [
    ...grantsOf('group-supervisor', one.groups[0]),
    ...grantsOf('compliance', one.groups[0]),
  ];
  const people: readonly (readonly [string, Grant[], readonly Asked[]])[] = [
    ['a supervisor of one who administers two', supervisorAndAdmin, await askedOfTwo(world)],
    ['a supervisor of a group who audits the company', watcherAndAuditor, await askedOfOne(world)],
  ];
  for (const [who, grants, asked] of people) {
    const account = await world.newAccount(grants);
    const headers = { cookie: await world.newLogin(account) };
    for (const {
      order: [method, path, body],
      answer,
    } of asked) {
      const key = `${who}: ${method} ${path} ${body === undefined ? '' : JSON.stringify(body)}`;
      const sent = await send(world.stack.url, {
        method,
        path,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      outcome.expected[key] = answer;
      outcome.actual[key] = sent.answer;
    }
    const socket = await connect(world.stack.url, VIEWER_NAMESPACE, { headers });
    const { clients } = await createRequester(socket, viewerRequests)('watch-clients', {});
    socket.disconnect();
    const shown = new Set(clients.map(({ companyId, groupId }) => JSON.stringify([companyId, groupId])));
    const known = [...one.groups, ...two.groups].filter(({ companyId, groupId }) =>
      shown.has(JSON.stringify([companyId, groupId])),
    );
    outcome.actual[`${who}: watches`] = known.map(({ groupId }) => groupId).join(', ');
    const watched = grants === supervisorAndAdmin ? [...one.groups, ...two.groups] : [one.groups[0]];
    outcome.expected[`${who}: watches`] = watched.map(({ groupId }) => groupId).join(', ');

    const sessions = await send(world.stack.url, { method: 'GET', path: '/api/v1/sessions', headers });
    const companies = sessionList.parse(JSON.parse(sessions.body)).sessions.map(({ companyId }) => companyId);
    outcome.actual[`${who}: recordings of`] = [...new Set(companies)].join(', ');
    outcome.expected[`${who}: recordings of`] = (grants === supervisorAndAdmin ? two : one).companyId;
  }
  return outcome;
}

async function askedOfTwo(world: World): Promise<Asked[]> {
  const [one, two] = world.homes;
  const [here, there] = [one.groups[0], two.groups[0]];
  const company = (id: string, rest: string): string => `/api/v1/companies/${id}/${rest}`;
  const deviceId = async (at: typeof here): Promise<string> => (await world.newDevice(at)).device.deviceId;
  const session = async (at: typeof here): Promise<string> =>
    `/api/v1/sessions/${(await world.newSession(at)).sessionId}`;
  const account = async (grants: Grant[]): Promise<string> =>
    `/api/v1/accounts/${(await world.newAccount(grants)).accountId}`;
  const newAccount = (grants: Grant[]): object => ({
    email: `${createSecret().toLowerCase()}@world.example`,
    name: 'New',
    grants,
  });
  const group = { name: createSecret() };
  const renamed = { name: 'Renamed' };
  const ofOne = grantsOf('supervisor', here);
  const ofTwo = grantsOf('supervisor', there);
  return [
    { order: ['GET', company(one.companyId, 'devices')], answer: '200' },
    { order: ['GET', company(two.companyId, 'devices')], answer: '200' },
    { order: ['POST', company(one.companyId, 'groups'), group], answer: '403 forbidden' },
    { order: ['POST', company(two.companyId, 'groups'), group], answer: '200' },
    { order: ['GET', company(one.companyId, 'enrolment-tokens')], answer: '403 forbidden' },
    { order: ['GET', company(two.companyId, 'enrolment-tokens')], answer: '200' },
    {
      order: ['PATCH', company(one.companyId, `devices/${await deviceId(here)}`), renamed],
      answer: '403 forbidden',
    },
    { order: ['PATCH', company(two.companyId, `devices/${await deviceId(there)}`), renamed], answer: '200' },
    {
      order: ['PATCH', company(two.companyId, `devices/${await deviceId(here)}`), renamed],
      answer: '404 unknown-device',
    },
    { order: ['GET', `/api/v1/audit?companyId=${one.companyId}`], answer: '403 forbidden' },
    { order: ['GET', `/api/v1/audit?companyId=${two.companyId}`], answer: '200' },
    { order: ['GET', '/api/v1/audit'], answer: '403 forbidden' },
    { order: ['GET', await session(here)], answer: '404 unknown-session' },
    { order: ['GET', await session(there)], answer: '200' },
    { order: ['PATCH', await account(ofOne), renamed], answer: '404 unknown-account' },
    { order: ['PATCH', await account(ofTwo), renamed], answer: '200' },
    { order: ['PATCH', await account([...ofOne, ...ofTwo]), renamed], answer: '404 unknown-account' },
    { order: ['POST', '/api/v1/accounts', newAccount(ofOne)], answer: '403 beyond-authority' },
    { order: ['POST', '/api/v1/accounts', newAccount(ofTwo)], answer: '200' },
  ];
}

async function askedOfOne(world: World): Promise<Asked[]> {
  const [one] = world.homes;
  const session = async (at: (typeof one.groups)[0]): Promise<string> =>
    `/api/v1/sessions/${(await world.newSession(at)).sessionId}`;
  return [
    { order: ['GET', await session(one.groups[0])], answer: '200' },
    { order: ['GET', await session(one.groups[1])], answer: '200' },
    { order: ['GET', `/api/v1/audit?companyId=${one.companyId}`], answer: '200' },
    { order: ['GET', `/api/v1/companies/${one.companyId}/enrolment-tokens`], answer: '403 forbidden' },
  ];
}
