import {
  createRequester,
  PROTOCOL_VERSION,
  ProtocolError,
  RECORDER_NAMESPACE,
  recorderRequests,
  type Clock,
  type RecorderToServer,
  type RecorderStatus,
  type Requester,
  type ServerToRecorder,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { io, type Socket } from 'socket.io-client';
import { answerCommands, type CommandHandlers } from './commands.ts';

const RECONNECT_MIN_MS = 500;
const RECONNECT_MAX_MS = 5_000;
/** To answer these the sfu reads what is on record of weeks. */
const LONG_REQUESTS: ReadonlySet<string> = new Set(['claim-deletions', 'reconcile', 'media-deleted']);
const LONG_REQUEST_MS = 120_000;

/** The connection to the sfu: it comes again for ever. */
export interface SfuLink {
  /** Sends a request. @throws {ProtocolError} at once with `not-connected` while there is no connection. */
  request: Requester<typeof recorderRequests>;
  readonly ready: boolean;
  /** Connects, and answers commands from then on. */
  open(): void;
  /** Idempotent. */
  close(): void;
}

/** What becomes of the connection. */
export interface SfuLinkEvents {
  /** The sfu has accepted this recorder. */
  onReady: () => void;
  /** The connection is lost, after having been there. */
  onLost: (reason: string) => void;
}

/** What a recorder offers. */
export interface RecorderIdentity {
  recorderId: string;
  mediaBaseUrl: string;
  publicKey: string;
  status: RecorderStatus;
}

/** Builds the link; `identify` tells what the recorder offers. */
export function createSfuLink(deps: {
  url: string;
  secret: string;
  identify: () => RecorderIdentity;
  handlers: CommandHandlers;
  events: SfuLinkEvents;
  clock: Clock;
  logger: Logger;
}): SfuLink {
  const { events, logger, clock } = deps;
  const socket: Socket<ServerToRecorder, RecorderToServer> = io(new URL(RECORDER_NAMESPACE, deps.url).href, {
    auth: { protocolVersion: PROTOCOL_VERSION, secret: deps.secret },
    autoConnect: false,
    transports: ['websocket'],
    reconnectionDelay: RECONNECT_MIN_MS,
    reconnectionDelayMax: RECONNECT_MAX_MS,
  });
  const send = createRequester(socket, recorderRequests);
  const sendPatiently = createRequester(socket, recorderRequests, LONG_REQUEST_MS);
  let ready = false;
  let closed = false;
  let lastRefusal = '';

  /** Needed where the sfu itself ended or refused the connection: Socket.IO then leaves it at that. */
  const connectLater = (): void => {
    clock.after(RECONNECT_MAX_MS, () => {
      if (!closed && !socket.active) socket.connect();
    });
  };
  const request: SfuLink['request'] = async (name, payload) => {
    if (!socket.connected)
      throw new ProtocolError('not-connected', 'The sfu is not connected; it will be asked again.');
    return LONG_REQUESTS.has(name) ? sendPatiently(name, payload) : send(name, payload);
  };
  const introduce = async (): Promise<void> => {
    try {
      await request('recorder-ready', deps.identify());
      ready = true;
      lastRefusal = '';
      logger.info({ url: deps.url }, 'ready: the sfu has this recorder');
      events.onReady();
    } catch (error) {
      logger.error({ err: error }, 'the sfu does not accept this recorder; it will be asked again');
      socket.disconnect();
      connectLater();
    }
  };

  socket.on('connect', () => void introduce());
  socket.on('connect_error', (error) => {
    if (error.message !== lastRefusal)
      logger.warn({ err: error, url: deps.url }, 'the sfu cannot be reached; trying on');
    lastRefusal = error.message;
    if (!socket.active) connectLater();
  });
  socket.on('disconnect', (reason) => {
    const wasReady = ready;
    ready = false;
    if (wasReady && !closed) {
      logger.warn({ reason }, 'the connection to the sfu is lost');
      events.onLost(reason);
    }
    if (!socket.active && !closed) connectLater();
  });
  answerCommands(socket, deps.handlers, logger);

  return {
    request,
    get ready() {
      return ready;
    },
    open: () => void socket.connect(),
    close() {
      closed = true;
      socket.disconnect();
    },
  };
}
