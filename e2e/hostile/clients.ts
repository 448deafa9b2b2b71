import {
  AGENT_NAMESPACE,
  PROTOCOL_VERSION,
  RECORDER_NAMESPACE,
  VIEWER_NAMESPACE,
  agentRequests,
  createRequester,
  viewerRequests,
} from '@sightline/shared';
import { io, type Socket } from 'socket.io-client';
import { DTLS, RECEIVES, h264 } from './mediaSamples.ts';
import type { Target } from './protocol.ts';
import { signedIn } from './signedIn.ts';

/** A client that has got as far as it can, and the ids that it was given on the way. */
export interface Prepared {
  readonly socket: Socket;
  readonly ids: Readonly<Record<string, string>>;
}

/** Opens a socket. @throws Error when it is refused */
async function connect(
  target: Target,
  namespace: string,
  auth: object,
  headers: Record<string, string> = {},
): Promise<Socket> {
  const socket = io(`${target.url}${namespace}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { protocolVersion: PROTOCOL_VERSION, ...auth },
    extraHeaders: headers,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

/** An agent that publishes a display. */
export async function prepareAgent(target: Target): Promise<Prepared> {
  const socket = await connect(target, AGENT_NAMESPACE, { credential: target.credentials[0] });
  const request = createRequester(socket, agentRequests);
  const machine = { userName: 'mallory', hostName: 'desk', os: 'Linux' };
  const { ticket, session } = await request('client-connected', { machine, lastSeenMessage: 0 });
  const { sessionId } = session ?? (await request('start-streaming', {}));
  const { transportId } = await request('create-transport', {});
  await request('connect-transport', { transportId, dtlsParameters: DTLS });
  const { transportId: spareTransportId } = await request('create-transport', {});
  const { producerId } = await request('produce', {
    transportId,
    trackId: 'display-1',
    label: 'Display 1',
    source: 'full',
    kind: 'video',
    rtpParameters: h264(1_111),
  });
  return { socket, ids: { ticket, sessionId, transportId, spareTransportId, producerId } };
}

/** A dashboard that watches the agent of {@link prepareAgent}. */
export async function prepareViewer(target: Target): Promise<Prepared> {
  const socket = await connect(target, VIEWER_NAMESPACE, {}, { cookie: await signedIn(target) });
  const request = createRequester(socket, viewerRequests);
  const { clients } = await request('watch-clients', {});
  const track = clients.flatMap(({ tracks }) => tracks).find(({ producers }) => producers.full !== undefined);
  if (track?.producers.full === undefined) throw new Error('nobody publishes anything');
  const { routerId } = track;
  const producerId = track.producers.full;
  const { transportId } = await request('create-transport', { routerId });
  await request('connect-transport', { transportId, dtlsParameters: DTLS });
  const { transportId: spareTransportId } = await request('create-transport', { routerId });
  const { consumerId } = await request('consume', { transportId, producerId, rtpCapabilities: RECEIVES });
  return { socket, ids: { routerId, transportId, spareTransportId, producerId, consumerId } };
}

/** A recorder that has not said yet that it is ready. */
export const prepareRecorder = async (target: Target): Promise<Prepared> => ({
  socket: await connect(target, RECORDER_NAMESPACE, { secret: target.recorderSecret }),
  ids: {},
});
