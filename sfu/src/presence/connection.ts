import {
  createStateMachine,
  type ServerToAgent,
  type StateMachine,
  type agentNotices,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Deliver } from './outbox.ts';
import { CONNECTION_TABLE, type ConnectionEvent, type ConnectionState } from './states.ts';

/** The socket of an agent, as presence uses it. */
export interface AgentLink {
  /** Unlike any other, also of earlier servers. */
  readonly connectionId: string;
  /** Tells the connection, not the agent behind it. */
  notify<Name extends keyof typeof agentNotices>(name: Name, ...args: Parameters<ServerToAgent[Name]>): void;
  deliver: Deliver;
  disconnect(): void;
}

/** A connection of an agent that has shown its credential. */
export interface Connection {
  readonly link: AgentLink;
  readonly machine: StateMachine<ConnectionState, ConnectionEvent>;
  /** Whether a loss of it begins the grace; else it is a leave at once. */
  reconnectionAllowed: boolean;
}

/** A connection as it begins. */
export function createConnection(link: AgentLink, logger: Logger): Connection {
  const machine = createStateMachine<ConnectionState, ConnectionEvent>({
    table: CONNECTION_TABLE,
    initial: 'initialized',
    onTransition: ({ from, to, event }) => {
      logger.debug({ connection: link.connectionId, from, to, event }, 'connection state');
    },
  });
  return { link, machine, reconnectionAllowed: false };
}
