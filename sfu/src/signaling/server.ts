import type { IncomingMessage, Server as HttpServer } from 'node:http';
import {
  AGENT_NAMESPACE,
  MAX_MESSAGE_BYTES,
  RECORDER_NAMESPACE,
  VIEWER_NAMESPACE,
  type AgentToServer,
  type Clock,
  type RecorderToServer,
  type ServerToAgent,
  type ServerToRecorder,
  type ServerToViewer,
  type ViewerToServer,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { Server, type Namespace, type Socket } from 'socket.io';
import type { Gate } from '../exposure/gate.ts';
import { requireSecret, requireVersion } from './admission.ts';
import { createTokenBucket, type Limiter } from './tokenBucket.ts';

/** A connected agent's socket. */
export type AgentSocket = Socket<AgentToServer, ServerToAgent>;
/** A connected dashboard's socket. */
export type ViewerSocket = Socket<ViewerToServer, ServerToViewer>;
/** A connected recorder's socket. */
export type RecorderSocket = Socket<RecorderToServer, ServerToRecorder>;

/** What connections are handed to, by namespace. */
export interface ConnectionHandlers {
  agent(socket: AgentSocket, limiter: Limiter): void;
  viewer(socket: ViewerSocket, limiter: Limiter): void;
  recorder(socket: RecorderSocket, limiter: Limiter): void;
}

/** A silent network is noticed within the sum of the two. */
const PING_INTERVAL_MS = 5_000;
const PING_TIMEOUT_MS = 5_000;
/** A connection that does not ask for a namespace is closed after this. */
const CONNECT_TIMEOUT_MS = 10_000;

/** A wall of a hundred tiles opens with some hundreds of requests at once. */
const CLIENT_RATE = { burst: 500, perSecond: 100 };
/** Recorders announce for many agents, and are ours. */
const RECORDER_RATE = { burst: 10_000, perSecond: 2_000 };

/** The signaling server: three namespaces on the HTTP server. */
export interface SignalingServer {
  readonly agents: Namespace<AgentToServer, ServerToAgent>;
  readonly viewers: Namespace<ViewerToServer, ServerToViewer>;
  close(): Promise<void>;
}

/** Attaches Socket.IO to the HTTP server and hands its connections out. */
export function createSignalingServer(options: {
  httpServer: HttpServer;
  gate: Gate;
  recorderSecret: string;
  handlers: ConnectionHandlers;
  clock: Clock;
  logger: Logger;
}): SignalingServer {
  const { clock, handlers, logger } = options;
  const io = new Server(options.httpServer, {
    serveClient: false,
    transports: ['websocket'],
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
  io.engine.on('connection', (connection: EngineConnection) => {
    // What Socket.IO will take for the address of the handshake.
    connection.remoteAddress = options.gate.addressOf(connection.request);
  });
  logOversize(io, logger);

  const limiter = (): Limiter => createTokenBucket(clock, CLIENT_RATE);
  const agents: Namespace<AgentToServer, ServerToAgent> = io.of(AGENT_NAMESPACE);
  agents.use(requireVersion(logger));
  agents.on('connection', (socket) => handlers.agent(socket, limiter()));

  const viewers: Namespace<ViewerToServer, ServerToViewer> = io.of(VIEWER_NAMESPACE);
  viewers.use(requireVersion(logger));
  viewers.on('connection', (socket) => handlers.viewer(socket, limiter()));

  const recorders: Namespace<RecorderToServer, ServerToRecorder> = io.of(RECORDER_NAMESPACE);
  recorders.use(requireVersion(logger));
  recorders.use(requireSecret(options.recorderSecret, logger));
  recorders.on('connection', (socket) => handlers.recorder(socket, createTokenBucket(clock, RECORDER_RATE)));

  return { agents, viewers, close: () => io.close() };
}

/** A message above the limit closes its connection (RFC 6455, close code 1009); this says so in the log. */
function logOversize(io: Server, logger: Logger): void {
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
interface EngineConnection {
  readonly request: IncomingMessage;
  remoteAddress: string;
  once(event: 'close', listener: (reason: string, description: unknown) => void): unknown;
}
