import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  agentMessages,
  agentNotices,
  agentRequests,
  recorderRequests,
  viewerNotices,
  viewerRequests,
} from '@sightline/shared';
import type { Socket } from 'socket.io-client';
import * as z from 'zod';
import { createCleanup } from './harness/cleanup.ts';
import { reportFigures } from './harness/figures.ts';
import { startStack, type Stack } from './harness/stack.ts';
import { accountRows } from './isolation/accountRows.ts';
import type { Actor } from './isolation/actors.ts';
import { agentRows } from './isolation/agentRows.ts';
import { HEARD_BY_AGENT, HEARD_BY_VIEWERS, tellEverybody } from './isolation/broadcasts.ts';
import { companyRows } from './isolation/companyRows.ts';
import { deviceRows } from './isolation/deviceRows.ts';
import { knockEverywhere } from './isolation/doors.ts';
import { assemble, type Cast } from './isolation/eventMatrix.ts';
import { useEvent } from './isolation/eventTable.ts';
import { sendForeignEvents } from './isolation/foreignEvents.ts';
import { goThrough } from './isolation/httpMatrix.ts';
import { createKept } from './isolation/kept.ts';
import { loseMedia } from './isolation/losses.ts';
import { losePackets } from './isolation/lostPackets.ts';
import { mixRoles } from './isolation/mixedRoles.ts';
import { moveDevices } from './isolation/moves.ts';
import type { Outcome } from './isolation/outcome.ts';
import { holdRows } from './isolation/holdRows.ts';
import { ownAccountRows } from './isolation/ownAccountRows.ts';
import { pageRows, undeclaredRows } from './isolation/pageRows.ts';
import { recordRows } from './isolation/recordRows.ts';
import { recorderRows } from './isolation/recorderRows.ts';
import { connectRecorder, startRecorder } from './isolation/recorders.ts';
import { complain } from './isolation/sealing.ts';
import { endSessions, outliveSession } from './isolation/sessionEnds.ts';
import { showClients } from './isolation/shownClients.ts';
import { viewerRows } from './isolation/viewerRows.ts';
import { createWorld, nameOf, type World } from './isolation/world.ts';

const TIMEOUT_MS = 90_000;
/** The server looks this often for sessions that have expired. */
const SWEEP_MS = 60_000;
const apiRows = {
  ...accountRows,
  ...companyRows,
  ...deviceRows,
  ...holdRows,
  ...ownAccountRows,
  ...recordRows,
  ...pageRows,
};
const openApi = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
const namesOf = (table: object): string[] => Object.keys(table).toSorted();

const cleanup = createCleanup();
const refused = createKept<Actor>();
let stack: Stack;
let world: World;
let cast: Cast;
let recorder: Socket;
let expired: Promise<void>;
let cells = 0;

function expectAsExpected({ expected, actual }: Outcome): void {
  cells += Object.keys(expected).length;
  expect(actual).toEqual(expected);
}

beforeAll(async () => {
  stack = cleanup.use(await startStack({ recorder: false }));
  world = cleanup.use(await createWorld(stack));
  expired = outliveSession(world, SWEEP_MS);
  recorder = await startRecorder(world);
  cast = await assemble(world);
}, TIMEOUT_MS);

afterAll(async () => {
  reportFigures('isolation', { cells });
  cast.close();
  await cleanup.close();
});

describe('the HTTP API', () => {
  it('has a row for every route, and no other', async () => {
    const { paths } = openApi.parse(await stack.api('GET', '/api/v1/openapi.json'));
    const routes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(namesOf(apiRows)).toEqual(routes.toSorted());
  });

  it.each(Object.entries({ ...apiRows, ...undeclaredRows }))(
    '%s',
    async (route, row) => expectAsExpected(await goThrough({ world, refused }, route, row)),
    TIMEOUT_MS,
  );
});

describe('somebody with several roles', () => {
  it('has each of them in its place', async () => expectAsExpected(await mixRoles(world)));
});

describe('the doors of the sockets', () => {
  it('open for the right credential at the right one, and for nothing else', async () => {
    expectAsExpected(await knockEverywhere(world));
  });
});

describe('events', () => {
  it('have a row each', () => {
    expect(namesOf(viewerRows)).toEqual(namesOf(viewerRequests));
    expect(namesOf(agentRows)).toEqual(namesOf(agentRequests));
    expect(namesOf(recorderRows)).toEqual(namesOf(recorderRequests));
    // What is told is heard below; `storage-problems` by itself, `offer-sent` by a loss of packets,
    // `transport-closed`, `publish-again` and `recorded` by the loss of media.
    expect([...HEARD_BY_VIEWERS, 'storage-problems', 'transport-closed'].toSorted()).toEqual(
      namesOf(viewerNotices),
    );
    expect([...HEARD_BY_AGENT, 'offer-sent', 'publish-again', 'recorded'].toSorted()).toEqual(
      namesOf({ ...agentNotices, ...agentMessages }),
    );
  });

  it.each(Object.entries(viewerRows))('%s of a dashboard', async (event, uses) => {
    const viewers = cast.viewers.map((cell) => ({
      name: `${cell.kind} of ${nameOf(world, cell.home)}`,
      cell,
    }));
    expectAsExpected(await useEvent(event, uses, () => Promise.resolve(viewers)));
  });

  it.each(Object.entries(agentRows))('%s of an agent', async (event, uses) => {
    expectAsExpected(await useEvent(event, uses, () => cast.newAgents()));
  });

  it.each(Object.entries(recorderRows))('%s of a recorder', async (event, uses) => {
    const socket = await connectRecorder(world);
    const [one, two] = world.homes;
    const runs = [await world.newSession(one.groups[0]), await world.newSession(two.groups[0])] as const;
    const companyIds = [one.companyId, two.companyId] as const;
    const asking = [{ name: 'a recorder', cell: { socket, runs, companyIds } }];
    expectAsExpected(await useEvent(event, uses, () => Promise.resolve(asking)));
    socket.disconnect();
  });

  it('are unknown where they do not belong', async () => {
    const [viewer] = cast.viewers;
    const [agent] = cast.agents.values();
    if (viewer === undefined || agent === undefined) throw new Error('nobody is there');
    const sockets = { '/agent': agent.socket, '/viewer': viewer.socket, '/recorder': recorder };
    expectAsExpected(await sendForeignEvents(sockets));
  });
});

describe('what is told', () => {
  it('begins with the clients that one may see', async () =>
    expectAsExpected(await showClients(world, cast)));

  it(
    'reaches who may see the device, all of it, and nobody else',
    async () => expectAsExpected(await tellEverybody(world, cast)),
    TIMEOUT_MS,
  );

  it('of storage reaches who may see recordings, and nobody else', async () =>
    expectAsExpected(await complain(world, cast)));

  it('follows a device into another group', async () => expectAsExpected(await moveDevices(world, cast)));

  it('ends with the session, and so does what is watched', async () => {
    expectAsExpected(await endSessions(world));
  });

  it('tells of lost packets whose they were', async () => expectAsExpected(await losePackets(world, cast)));

  it('tells of lost media whose it was', async () =>
    expectAsExpected(await loseMedia(world, cast, recorder)));

  it('ends when the session expires', () => expired, TIMEOUT_MS);
});
