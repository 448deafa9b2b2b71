import {
  AGENT_NAMESPACE,
  PROTOCOL_VERSION,
  VIEWER_NAMESPACE,
  agentRequests,
  viewerRequests,
} from '@sightline/shared';
import { io } from 'socket.io-client';
import * as z from 'zod';
import { prepareAgent, prepareViewer } from '../clients.ts';
import { callHttp, faultOf } from '../httpCall.ts';
import type { Attack, Target } from '../protocol.ts';
import { signedIn } from '../signedIn.ts';
import { createTally, type Tally } from './tally.ts';

/** If one of these came to be a property of every object, something that is refused would be let through. */
const COVETED = {
  polluted: 'yes',
  name: 'Polluted',
  ticket: 'polluted',
  lastSeenMessage: 0,
  idleMs: 1,
  transportId: 'polluted',
  producerId: 'polluted',
  consumerId: 'polluted',
  routerId: 'polluted',
  protocolVersion: PROTOCOL_VERSION,
  everywhere: true,
};

/** Ways to write `__proto__` that parsers have fallen for. */
const POISONS: readonly string[] = [
  '{"__proto__":X}',
  '{"constructor":{"prototype":X}}',
  '{"machine":{"__proto__":X}}',
  '{"machine":{"constructor":{"prototype":X}}}',
  '{"\\u005f_proto__":X}',
  '{"rtpParameters":{"codecs":[{"parameters":{"__proto__":X}}]}}',
  '[{"__proto__":X}]',
  '{"__proto__":{"__proto__":X}}',
  '{"prototype":X,"toString":X,"hasOwnProperty":null}',
].map((text) => text.replaceAll('X', JSON.stringify(COVETED)));

const QUERIES = [
  '__proto__[name]=Polluted&__proto__[polluted]=yes',
  '__proto__.polluted=yes',
  'constructor[prototype][polluted]=yes',
  '__proto__=yes&constructor=yes&toString=yes',
];

async function poisonRoutes({ port, ids }: Target, cookie: string, tally: Tally): Promise<void> {
  const company = `/api/v1/companies/${ids['companyId']?.[0]}`;
  const routes = [
    ['POST', '/api/v1/auth/sign-in'],
    ['POST', '/api/v1/enrol'],
    ['PATCH', company],
    ['POST', `${company}/groups`],
    ['POST', `${company}/enrolment-tokens`],
  ] as const;
  for (const [method, path] of routes) {
    for (const body of POISONS) {
      tally.attempt();
      const headers = { cookie, 'content-type': 'application/json' };
      const fault = faultOf(await callHttp(port, { method, path, headers, body, from: '127.66.1.1' }));
      if (fault !== undefined) tally.fail(`${method} ${path} ${body}: ${fault}`);
    }
  }
  for (const path of ['/api/v1/audit', '/api/v1/sessions', '/api/v1/__proto__', '/__proto__/constructor']) {
    for (const query of QUERIES) {
      tally.attempt();
      const fault = faultOf(
        await callHttp(port, { method: 'GET', path: `${path}?${query}`, headers: { cookie } }),
      );
      if (fault !== undefined) tally.fail(`${path}?${query}: ${fault}`);
    }
  }
}

async function poisonEvents(target: Target, tally: Tally): Promise<void> {
  for (const [prepare, table] of [
    [prepareAgent, agentRequests],
    [prepareViewer, viewerRequests],
  ] as const) {
    const { socket } = await prepare(target);
    for (const event of [...Object.keys(table), '__proto__', 'constructor']) {
      for (const payload of POISONS) {
        // Both end the session of the moment, and what comes after is refused for that alone.
        if (event === 'app-closed' || event === 'stop-streaming') continue;
        tally.attempt();
        await socket.timeout(10_000).emitWithAck(event, JSON.parse(payload));
      }
    }
    socket.disconnect();
  }
}

const refusal = z.object({ error: z.object({ code: z.string() }) });

/** What every object of the server has, shows in what it finds in empty ones. */
async function lookForPollution(target: Target, cookie: string, tally: Tally): Promise<void> {
  const { port, ids } = target;
  const path = `/api/v1/companies/${ids['companyId']?.[0]}`;
  const headers = { cookie, 'content-type': 'application/json' };
  const changed = await callHttp(port, { method: 'PATCH', path, headers, body: '{}' });
  if (changed.body.includes('Polluted')) tally.fail(`a change of nothing changed a company: ${changed.body}`);

  const agent = await prepareAgent(target);
  for (const event of [
    'relogin',
    'confirm-ticket',
    'report-activity',
    'messages-seen',
    'restart-ice',
    'close-producer',
  ]) {
    const answer = refusal.safeParse(await agent.socket.timeout(10_000).emitWithAck(event, {}));
    if (answer.data?.error.code !== 'bad-payload') tally.fail(`${event} found fields in an empty payload`);
  }
  agent.socket.disconnect();

  for (const namespace of [AGENT_NAMESPACE, VIEWER_NAMESPACE]) {
    const code = await refusalOf(target, namespace, {});
    if (code !== 'unsupported-protocol-version')
      tally.fail(`${namespace} found a version where there is none: ${String(code)}`);
  }
}

/** The code with which a handshake is refused. */
async function refusalOf({ url }: Target, namespace: string, auth: object): Promise<unknown> {
  const options = { transports: ['websocket'], reconnection: false, forceNew: true, auth };
  const socket = io(`${url}${namespace}`, options);
  try {
    return await new Promise<unknown>((resolve) => {
      socket.once('connect', () => resolve('it was let in'));
      socket.once('connect_error', (error: Error & { data?: { code?: string } }) =>
        resolve(error.data?.code ?? error.message),
      );
    });
  } finally {
    socket.disconnect();
  }
}

/** Properties that would become those of every object, in bodies, queries, payloads and handshakes. */
export const pollution: Attack = async (target) => {
  const tally = createTally();
  const cookie = await signedIn(target);
  await poisonRoutes(target, cookie, tally);
  await poisonEvents(target, tally);
  for (const text of POISONS) {
    tally.attempt();
    const code = await refusalOf(
      target,
      AGENT_NAMESPACE,
      z.looseObject({}).catch({}).parse(JSON.parse(text)),
    );
    if (code !== 'unsupported-protocol-version') tally.fail(`handshake with ${text}: ${String(code)}`);
  }
  await lookForPollution(target, cookie, tally);
  return tally.outcome();
};
