import type { IncomingMessage, Server as HttpServer } from 'node:http';
import {
  AGENT_NAMESPACE,
  MAX_MESSAGE_BYTES,
  RECORDER_NAMESPACE,
  VIEWER_NAMESPACE,
  type Clock,
  type Device,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { Server, type Socket } from 'socket.io';
import type { DeviceCredentials } from '../enrolment/deviceCredentials.ts';
import type { Gate } from '../exposure/gate.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { SignedIn } from '../identity/signedIn.ts';
import { requireAccount, requireDevice, requireSecret, requireVersion } from './admission.ts';
import { createConnectionGuard, type WatchedConnection } from './connectionGuard.ts';
import { accountRoom, sessionRoom } from './rooms.ts';
import { keepSessionsInUse } from './sessionsInUse.ts';
import type {
  AgentNamespace,
  AgentSocket,
  RecorderNamespace,
  RecorderSocket,
  SocketServer,
  ViewerNamespace,
  ViewerSocket,
} from './sockets.ts';
import { textParser } from './textParser.ts';
import { createTokenBucket, type Limiter, type Rate } from './tokenBucket.ts';

/** What connections are handed to, by namespace. */
export interface ConnectionHandlers {
  agent(socket: AgentSocket, limiter: Limiter, device: Device): void;
  viewer(socket: ViewerSocket, limiter: Limiter, account: { signedIn: SignedIn; address: string }): void;
  recorder(socket: RecorderSocket, limiter: Limiter): void;
}

/** A silent network is noticed within the sum of the two. */
const PING_INTERVAL_MS = 5_000;
// Half a second less than the ten that a loss may take to be noticed: its notice needs time too.
const PING_TIMEOUT_MS = 4_500;
/** A connection that does not ask for a namespace is closed after this. */
const CONNECT_TIMEOUT_MS = 10_000;

/** A wall of a hundred tiles opens with some hundreds of requests at once. */
const CLIENT_RATE: Rate = { burst: 500, perSecond: 100 };
/** Recorders announce for many agents, and are ours. */
const RECORDER_RATE: Rate = { burst: 10_000, perSecond: 2_000 };
/** Requests beyond the rate are refused; who sends this many times as much is cut off. */
const FLOODING = 4;

/** The signaling server: three namespaces on the HTTP server. */
export interface SignalingServer {
  readonly viewers: ViewerNamespace;
  close(): Promise<void>;
}

/** Attaches Socket.IO to the HTTP server and hands its connections out. */
export function createSignalingServer(options: {
  httpServer: HttpServer;
  gate: Gate;
  credentials: Pick<DeviceCredentials, 'authenticate'>;
  sessions: Pick<Sessions, 'authenticate' | 'keep' | 'events'>;
  recorderSecret: string;
  handlers: ConnectionHandlers;
  clock: Clock;
  logger: Logger;
}): SignalingServer {
  const { clock, handlers, logger } = options;
  const io: SocketServer = new Server(options.httpServer, {
    serveClient: false,
    transports: ['websocket'],
    parser: textParser,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    allowRequest: (request, decide) => {
      const allowed = options.gate.admits(request);
      if (!allowed)
        logger.warn({ code: 'foreign-origin', origin: request.headers.origin }, 'connection refused');
      decide(allowed ? null : options.gate.advice, allowed);
    },
  });
  io.use((socket, next) => {
    logger.warn(
      { code: 'unknown-event', address: socket.handshake.address },
      'connection to no namespace refused',
    );
    next(new Error(`Connect to ${AGENT_NAMESPACE}, ${VIEWER_NAMESPACE} or ${RECORDER_NAMESPACE}.`));
  });
  const guard = createConnectionGuard({ clock, logger });
  io.engine.on('connection', (connection: EngineConnection) => {
    // What Socket.IO will take for the address of the handshake.
    connection.remoteAddress = options.gate.addressOf(connection.request);
    guard.watch(connection);
  });
  logOversize(io, logger);

  const limitOf = ({ conn }: Pick<Socket, 'conn'>, { burst, perSecond }: Rate): Limiter => {
    guard.entered(conn, { burst: burst * FLOODING, perSecond: perSecond * FLOODING });
    return createTokenBucket(clock, { burst, perSecond });
  };
  const agents: AgentNamespace = io.of(AGENT_NAMESPACE);
  agents.use(requireVersion(logger));
  agents.use(requireDevice(options.credentials, logger));
  agents.on('connection', (socket) => {
    forgetUpgrade(socket);
    const { device } = socket.data;
    if (device === undefined) socket.disconnect(true);
    else handlers.agent(socket, limitOf(socket, CLIENT_RATE), device);
  });

  const viewers: ViewerNamespace = io.of(VIEWER_NAMESPACE);
  viewers.use(requireVersion(logger));
  viewers.use(requireAccount(options.sessions, logger));
  viewers.on('connection', (socket) => {
    const { signedIn } = socket.data;
    if (signedIn === undefined) {
      socket.disconnect(true);
      return;
    }
    endWithSession(socket, signedIn, options.sessions, logger);
    const address = options.gate.addressOf(socket.request);
    handlers.viewer(socket, limitOf(socket, CLIENT_RATE), { signedIn, address });
  });
  options.sessions.events.on('ended', (accountId, sessionHash) => {
    const room = sessionHash === undefined ? accountRoom(accountId) : sessionRoom(sessionHash);
    viewers.in(room).disconnectSockets(true);
  });
  const stopKeeping = keepSessionsInUse({ viewers, sessions: options.sessions, clock });

  const recorders: RecorderNamespace = io.of(RECORDER_NAMESPACE);
  recorders.use(requireVersion(logger));
  recorders.use(requireSecret(options.recorderSecret, logger));
  recorders.on('connection', (socket) => handlers.recorder(socket, limitOf(socket, RECORDER_RATE)));

  return {
    viewers,
    close: () => {
      stopKeeping();
      return io.close();
    },
  };
}

/**
 * Engine.IO keeps the upgrade request of a connection for as long as it lasts; with some thousand agents that is
 * most of what they cost, and nobody asks for it any more.
 */
function forgetUpgrade(socket: AgentSocket): void {
  Reflect.deleteProperty(socket.conn, 'request');
}

/** Puts a dashboard where the end of its session finds it; closes it if that has come already. */
function endWithSession(
  socket: ViewerSocket,
  { principal, sessionHash }: SignedIn,
  sessions: Pick<Sessions, 'authenticate'>,
  logger: Logger,
): void {
  void socket.join([accountRoom(principal.accountId), sessionRoom(sessionHash)]);
  sessions.authenticate(socket.handshake.headers.cookie).then(
    (signedIn) => {
      if (signedIn?.sessionHash !== sessionHash) socket.disconnect(true);
    },
    (error: unknown) => {
      logger.error({ err: error, code: 'internal' }, 'a session could not be looked up');
      socket.disconnect(true);
    },
  );
}

/** A message above the limit closes its connection (RFC 6455, close code 1009); this says so in the log. */
function logOversize(io: SocketServer, logger: Logger): void {
  io.engine.on('connection', (connection: EngineConnection) => {
    connection.once('close', (_reason, description) => {
      // Engine.IO passes on only the text of the WebSocket's error, not its code.
      if (description instanceof Error && description.message.includes('Max payload size exceeded')) {
        logger.warn(
          { code: 'message-too-large', address: connection.remoteAddress, limitBytes: MAX_MESSAGE_BYTES },
          'a message above the size limit closed its connection',
        );
      }
    });
  });
}

/** The part of an Engine.IO connection that is used here. */
interface EngineConnection extends WatchedConnection {
  readonly request: IncomingMessage;
  remoteAddress: string;
  once(event: 'close', listener: (reason: string, description: unknown) => void): unknown;
}
