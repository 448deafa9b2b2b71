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

/** The account behind a dashboard, and from where it looks. */
export interface Watcher {
  readonly accountId: string;
  readonly name: string;
  readonly address: string;
}

/** What happens to the clients that are there, for those who show or record them. */
export type ClientEvents = {
  /** Something of the client's view changed. */
  updated: [client: AgentClient];
  'session-started': [client: AgentClient, session: Session];
  'session-ended': [client: AgentClient, session: Session, reason: StreamingEndReason];
  'producer-added': [published: PublishedProducer];
  /** The agent is about to close it: this is no longer shared. */
  unshared: [published: PublishedProducer];
  /** Without a reason, the agent closed it. */
  'producer-removed': [published: PublishedProducer, reason: CloseReason | undefined];
  /** An account sees its screens from now on, in however many tabs and tiles; or does not any more. */
  'watch-began': [client: AgentClient, watcher: Watcher];
  'watch-ended': [client: AgentClient, watcher: Watcher];
};
