import {
  AGENT_NAMESPACE,
  PROTOCOL_VERSION,
  type AckEmitter,
  type AgentToServer,
  type NoticeSource,
  type ServerToAgent,
} from '@sightline/shared';
import { io, type Socket } from 'socket.io-client';

/** The part of a Socket.IO client socket that the connection uses. */
export interface AgentSocket extends AckEmitter, NoticeSource {
  readonly connected: boolean;
  /** Whether the socket tries to come back by itself. */
  readonly active: boolean;
  connect(): void;
  disconnect(): void;
}

/** Opens no connection yet: that is `connect()`. `serverUrl` is an origin. */
export function createAgentSocket(serverUrl: string): AgentSocket {
  const socket: Socket<ServerToAgent, AgentToServer> = io(`${serverUrl}${AGENT_NAMESPACE}`, {
    autoConnect: false,
    auth: { protocolVersion: PROTOCOL_VERSION },
    // A page loaded from a file has no origin that CORS could name, and long polling needs one.
    transports: ['websocket'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 3_000,
    timeout: 5_000,
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
