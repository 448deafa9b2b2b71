import type {
  AgentToServer,
  Device,
  RecorderToServer,
  ServerToAgent,
  ServerToRecorder,
  ServerToViewer,
  ViewerToServer,
} from '@sightline/shared';
import type { DefaultEventsMap, Namespace, Server, Socket } from 'socket.io';
import type { SignedIn } from '../identity/signedIn.ts';

/** What admission found out about who is behind a socket. */
export interface SocketData {
  /** Of an agent. */
  device?: Device;
  /** Of a dashboard. */
  signedIn?: SignedIn;
}

/** The Socket.IO server, before a namespace says what it speaks. */
export type SocketServer = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;

/** A connected agent's socket. */
export type AgentSocket = Socket<AgentToServer, ServerToAgent, DefaultEventsMap, SocketData>;
/** A connected dashboard's socket. */
export type ViewerSocket = Socket<ViewerToServer, ServerToViewer, DefaultEventsMap, SocketData>;
/** A connected recorder's socket. */
export type RecorderSocket = Socket<RecorderToServer, ServerToRecorder, DefaultEventsMap, SocketData>;

/** The namespace of agents. */
export type AgentNamespace = Namespace<AgentToServer, ServerToAgent, DefaultEventsMap, SocketData>;
/** The namespace of dashboards. */
export type ViewerNamespace = Namespace<ViewerToServer, ServerToViewer, DefaultEventsMap, SocketData>;
/** The namespace of recorders. */
export type RecorderNamespace = Namespace<RecorderToServer, ServerToRecorder, DefaultEventsMap, SocketData>;
