import type { CloseReason, Source, StreamingEndReason } from '@sightline/shared';
import type { MediaProducer, MediaRouter } from '../media/types.ts';
import type { AgentClient } from './agentClient.ts';

/** One user's stream, from `start-streaming` to its end. */
export interface Session {
  readonly sessionId: string;
  readonly startedAtMs: number;
}

/** A producer, and what it is a part of. */
export interface PublishedProducer {
  readonly client: AgentClient;
  readonly session: Session;
  readonly trackId: string;
  /** The display's name for people. */
  readonly label: string;
  readonly source: Source;
  readonly router: MediaRouter;
  readonly producer: MediaProducer;
}

/** Why a client is gone. */
export type DisconnectReason = 'app-closed' | 'connection-lost';

/** What happens to agents, for those who show or record them. */
export type ClientEvents = {
  connected: [client: AgentClient];
  /** Something of the client's view changed. */
  updated: [client: AgentClient];
  disconnected: [client: AgentClient, reason: DisconnectReason];
  'session-started': [client: AgentClient, session: Session];
  'session-ended': [client: AgentClient, session: Session, reason: StreamingEndReason];
  'producer-added': [published: PublishedProducer];
  /** Without a reason, the agent closed it. */
  'producer-removed': [published: PublishedProducer, reason: CloseReason | undefined];
};
