import { VIEWER_NAMESPACE } from '@sightline/shared';
import { until } from '../harness/until.ts';
import { startAgent } from './agents.ts';
import { grantsOf, type Kind } from './kinds.ts';
import type { Outcome } from './outcome.ts';
import { send } from './send.ts';
import { askFor, openSocket, received } from './sockets.ts';
import { openViewer, type Viewer } from './viewers.ts';
import { PASSWORD, type HomeCompany, type World } from './world.ts';

const END_MS = 5_000;

/** A way for a session to end while its dashboard looks at a screen. */
interface End {
  readonly what: string;
  /** Who looks; a supervisor by default. */
  readonly kind?: Kind;
  readonly end: (world: World, viewer: Viewer) => Promise<unknown>;
}

const asOneself = (world: World, viewer: Viewer, path: string, body?: object): Promise<unknown> =>
  send(world.stack.url, {
    method: 'POST',
    path: `/api/v1/auth/${path}`,
    headers: { cookie: viewer.cookie },
    ...(body === undefined ? {} : { body }),
  });

const change = (world: World, { account }: Viewer, body: object): Promise<unknown> =>
  world.stack.api('PATCH', `/api/v1/accounts/${account.accountId}`, body);

const ENDS: readonly End[] = [
  { what: 'it signs out', end: (world, viewer) => asOneself(world, viewer, 'sign-out') },
  {
    what: 'another browser of the account signs out everywhere',
    async end(world, viewer) {
      const cookie = await world.newLogin(viewer.account);
      await asOneself(world, { ...viewer, cookie }, 'sign-out-everywhere');
    },
  },
  {
    what: 'another browser of the account changes the password',
    async end(world, viewer) {
      const cookie = await world.newLogin(viewer.account);
      const body = { currentPassword: PASSWORD, newPassword: `${PASSWORD}, another` };
      await asOneself(world, { ...viewer, cookie }, 'password', body);
    },
  },
  { what: 'the account is disabled', end: (world, viewer) => change(world, viewer, { disabled: true }) },
  {
    what: 'the account gets another role',
    end: (world, viewer) => change(world, viewer, { grants: grantsOf('compliance', viewer.home.groups[0]) }),
  },
  {
    what: 'its password is reset',
    end: (world, { account }) =>
      world.stack.api('POST', `/api/v1/accounts/${account.accountId}/reset-password`),
  },
  {
    what: 'the group that its role is for is deleted',
    kind: 'group-supervisor',
    end: (world, { home }) => {
      const { companyId, groupId } = home.groups[0];
      return world.stack.api('DELETE', `/api/v1/companies/${companyId}/groups/${groupId}`);
    },
  },
];

/** Ends the session of a dashboard that looks at a screen, in every way that there is. */
export async function endSessions(world: World): Promise<Outcome> {
  const outcome: Outcome = { expected: {}, actual: {} };
  for (const { what, kind = 'supervisor', end } of ENDS) {
    const home = await newGroupOf(world, world.homes[0]);
    const agent = await startAgent(world, home.groups[0]);
    let watchedBy = 0;
    agent.socket.on('watched', ({ viewers }: { viewers: number }) => (watchedBy = viewers));
    const watched = (viewers: number): Promise<unknown> =>
      until(`${viewers} viewers`, () => watchedBy === viewers, { timeoutMs: END_MS });

    const viewer = await openViewer(world, kind, home, agent.producerId);
    await askFor(viewer.socket, 'resume-consumer', { consumerId: viewer.consumerId });
    await watched(1);
    await end(world, viewer);
    await until('the end of the connection', () => !viewer.socket.connected, { timeoutMs: END_MS });
    await watched(0);
    outcome.expected[what] = 'unauthorised';
    const again = openSocket(world.stack.url, VIEWER_NAMESPACE, { headers: { cookie: viewer.cookie } });
    outcome.actual[what] = await received(again);
    again.disconnect();
  }
  return outcome;
}

/** The company, with a group of the test's own for the first. */
async function newGroupOf(world: World, home: HomeCompany): Promise<HomeCompany> {
  const own = { companyId: home.companyId, groupId: await world.newGroup(home.groups[0]) };
  return { companyId: home.companyId, groups: [own, home.groups[1]] };
}

/** A dashboard's session expires; resolves when its connection has been closed for that. */
export async function outliveSession(world: World, sweepMs: number): Promise<void> {
  const account = await world.newAccount(grantsOf('supervisor', world.homes[0].groups[0]));
  const socket = openSocket(world.stack.url, VIEWER_NAMESPACE, {
    headers: { cookie: await world.newLogin(account, END_MS) },
  });
  if ((await received(socket)) !== 'in') throw new Error('the session has expired too early');
  await until('the end of the connection', () => !socket.connected, { timeoutMs: END_MS + sweepMs });
}
