import {
  AGENT_NAMESPACE,
  PROTOCOL_VERSION,
  type AckEmitter,
  type AgentToServer,
  type MessageSource,
  type ServerToAgent,
} from '@sightline/shared';
import { io, type Socket } from 'socket.io-client';

const CONNECT_TIMEOUT_MS = 4_000;

/** The part of a Socket.IO client socket that the connection uses. It never connects by itself. */
export interface AgentSocket extends AckEmitter, MessageSource {
  readonly connected: boolean;
  /** After a failed attempt: false if the server was reached, and refused us. */
  readonly active: boolean;
  connect(): void;
  disconnect(): void;
}

/**
 * Opens no connection yet: that is `connect()`.
 *
 * @param serverUrl an origin.
 * @param credential asked for at every attempt; what the device got when it enrolled.
 */
export function createAgentSocket(serverUrl: string, credential: () => string | undefined): AgentSocket {
  const socket: Socket<ServerToAgent, AgentToServer> = io(`${serverUrl}${AGENT_NAMESPACE}`, {
    autoConnect: false,
    auth: (send) => send({ protocolVersion: PROTOCOL_VERSION, credential: credential() }),
    // A page loaded from a file has no origin that CORS could name, and long polling needs one.
    transports: ['websocket'],
    // When to try again is our own decision, for whatever reason the connection was lost.
    reconnection: false,
    timeout: CONNECT_TIMEOUT_MS,
  });
  const untyped: Socket = socket;
  return {
    get connected() {
      return socket.connected;
    },
    get active() {
      return socket.active;
    },
    connect: () => void socket.connect(),
    disconnect: () => void socket.disconnect(),
    on: (event, listener) => untyped.on(event, listener),
    timeout: (ms) => untyped.timeout(ms),
  };
}
