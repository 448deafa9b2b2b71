import {
  PROTOCOL_VERSION,
  VIEWER_NAMESPACE,
  createRequester,
  listenToNotices,
  viewerNotices,
  viewerRequests,
  type ClientView,
  type NoticeHandlers,
  type RtpCapabilities,
} from '@sightline/shared';
import { oneOf } from '@sightline/e2e/harness/random.ts';
import type { Closable } from '@sightline/e2e/harness/cleanup.ts';
import { io, type Socket } from 'socket.io-client';
import { monotonicMs } from '../lib/monotonic.ts';
import type { Change } from './broadcast.ts';

/** A dashboard without pictures: it knows every client, and can receive streams that it throws away. */
export interface BenchViewer extends Closable {
  /** The last list of clients, as it came. */
  readonly listed: readonly ClientView[];
  readonly clients: ReadonlyMap<string, ClientView>;
  /** Ceases to receive the stream that it receives, or begins to receive a random one. */
  toggleWatching(random: () => number): Promise<void>;
}

/** Connects a signed-in dashboard; resolves when it has the list of clients. Comes back by itself. */
export async function openBenchViewer(options: {
  url: string;
  cookie: string;
  onChange: (change: Change) => void;
}): Promise<BenchViewer> {
  const socket: Socket = io(`${options.url}${VIEWER_NAMESPACE}`, {
    transports: ['websocket'],
    forceNew: true,
    auth: { protocolVersion: PROTOCOL_VERSION },
    extraHeaders: { cookie: options.cookie, origin: options.url },
  });
  const request = createRequester(socket, viewerRequests);
  const clients = new Map<string, ClientView>();
  let transports = new Map<string, { transportId: string; rtpCapabilities: RtpCapabilities }>();
  let consumerId: string | undefined;
  let listed: readonly ClientView[] = [];

  function learn(client: ClientView): void {
    const atMs = monotonicMs();
    const before = clients.get(client.clientId);
    clients.set(client.clientId, client);
    const tell = (aspect: Change['aspect'], value: string): void =>
      options.onChange({ clientId: client.clientId, aspect, value, atMs });
    if (before?.presence.state !== client.presence.state) tell('presence', client.presence.state);
    if (before?.paused !== client.paused) tell('paused', String(client.paused));
  }

  async function begin(): Promise<void> {
    transports = new Map();
    consumerId = undefined;
    listed = (await request('watch-clients', {})).clients;
    clients.clear();
    for (const client of listed) learn(client);
  }

  async function transportOn(
    routerId: string,
  ): Promise<{ transportId: string; rtpCapabilities: RtpCapabilities }> {
    const known = transports.get(routerId);
    if (known !== undefined) return known;
    const { routerRtpCapabilities: rtpCapabilities } = await request('get-router-capabilities', { routerId });
    const { transportId } = await request('create-transport', { routerId });
    const opened = { transportId, rtpCapabilities };
    transports.set(routerId, opened);
    return opened;
  }

  const showClient = ({ client }: { client: ClientView }): void => learn(client);
  const ignore = (): void => undefined;
  const handlers: NoticeHandlers<typeof viewerNotices> = {
    'client-connected': showClient,
    'client-updated': showClient,
    'client-reconnecting': showClient,
    'client-disconnected': showClient,
    'client-removed': ({ clientId }) => void clients.delete(clientId),
    'consumer-closed': (closed) => {
      if (closed.consumerId === consumerId) consumerId = undefined;
    },
    'transport-closed': () => {
      transports = new Map();
      consumerId = undefined;
    },
    'idle-alert': ignore,
    'start-streaming': ignore,
    'stop-streaming': ignore,
    'recording-alarm': ignore,
    'storage-problems': ignore,
  };
  listenToNotices(socket, viewerNotices, handlers, (name, error) => {
    process.stderr.write(`viewer: ${name}: ${error.message}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('connect_error', reject);
    socket.on('connect', () => {
      // Fails only if the connection is lost meanwhile: then there is another one.
      begin().then(resolve, ignore);
    });
  });

  return {
    clients,
    get listed() {
      return listed;
    },
    close: () => void socket.disconnect(),
    async toggleWatching(random) {
      if (consumerId !== undefined) {
        const closing = consumerId;
        consumerId = undefined;
        await request('close-consumer', { consumerId: closing });
        return;
      }
      const track = oneOf(
        random,
        [...clients.values()].flatMap((client) => client.tracks),
      );
      const producerId = track?.producers.full;
      if (track === undefined || producerId === undefined) return;
      const consumer = await request('consume', { ...(await transportOn(track.routerId)), producerId });
      consumerId = consumer.consumerId;
      await request('resume-consumer', { consumerId });
    },
  };
}
