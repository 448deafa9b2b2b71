import { VIEWER_NAMESPACE, createRequester, viewerRequests, type Requester } from '@sightline/shared';
import type { AccountRecord } from '@sightline/sfu/db';
import type { Socket } from 'socket.io-client';
import { grantsOf, type Kind } from './kinds.ts';
import { connect } from './sockets.ts';
import type { HomeCompany, World } from './world.ts';

/** The kinds that may look at screens. */
export const WATCHERS = ['owner', 'admin', 'supervisor', 'group-admin', 'group-supervisor'] as const;

/** A dashboard that watches the screen of its own group. */
export interface Viewer {
  readonly kind: Kind;
  readonly home: HomeCompany;
  readonly account: AccountRecord;
  readonly cookie: string;
  readonly socket: Socket;
  readonly request: Requester<typeof viewerRequests>;
  /** On the router of its own company. */
  readonly routerId: string;
  readonly transportId: string;
  readonly consumerId: string;
}

/** Opens a dashboard of a new account, or another tab of one that there is. */
export async function openViewer(
  world: World,
  kind: Kind,
  home: HomeCompany,
  producerId: string,
  account?: AccountRecord,
): Promise<Viewer> {
  const owner = account ?? (await world.newAccount(grantsOf(kind, home.groups[0])));
  const cookie = await world.newLogin(owner);
  const socket = await connect(world.stack.url, VIEWER_NAMESPACE, { headers: { cookie } });
  const request = createRequester(socket, viewerRequests);
  const routerId = await routerOf(request, producerId);
  const { transportId } = await request('create-transport', { routerId });
  const consumerId = await consume(request, { routerId, transportId, producerId });
  return { kind, home, account: owner, cookie, socket, request, routerId, transportId, consumerId };
}

/** Consumes a producer, paused. Returns the consumer's id. */
export async function consume(
  request: Requester<typeof viewerRequests>,
  { routerId, ...order }: { routerId: string; transportId: string; producerId: string },
): Promise<string> {
  const { routerRtpCapabilities } = await request('get-router-capabilities', { routerId });
  return (await request('consume', { ...order, rtpCapabilities: routerRtpCapabilities })).consumerId;
}

/** Consumes a producer by a transport of its own. Returns the consumer's id. */
export async function consumeAnywhere(
  request: Requester<typeof viewerRequests>,
  producerId: string,
): Promise<string> {
  const routerId = await routerOf(request, producerId);
  const { transportId } = await request('create-transport', { routerId });
  return consume(request, { routerId, transportId, producerId });
}

async function routerOf(request: Requester<typeof viewerRequests>, producerId: string): Promise<string> {
  const { clients } = await request('watch-clients', {});
  const track = clients
    .flatMap(({ tracks }) => tracks)
    .find(({ producers }) => producers.full === producerId);
  if (track === undefined) throw new Error('the screen is not shown');
  return track.routerId;
}
