import type { Clock, ListenerErrorHandler } from '@sightline/shared';
import { createDisplays, type DisplayMedia, type Displays } from './capture/displays.ts';
import type { MediaEngine } from './publish/mediaEngine.ts';
import { createPublisher, type Publisher } from './publish/publisher.ts';
import { createConnection, type Connection } from './signaling/connection.ts';
import type { AgentSocket } from './signaling/socket.ts';

/** The three stages of the agent, connected to each other: capture, publish, signaling. */
export interface Agent {
  readonly displays: Displays;
  readonly publisher: Publisher;
  readonly connection: Connection;
  /** The user leaves on purpose: tells the server at once, ends every capture, closes for good. */
  leave(): Promise<void>;
}

/** What an {@link Agent} is made from. */
export interface AgentDeps {
  media: DisplayMedia | undefined;
  engine: MediaEngine;
  socket: AgentSocket;
  clock: Clock;
  onListenerError: ListenerErrorHandler;
}

/** Builds an {@link Agent}: what is captured is published whenever there is a connection. */
export function createAgent({ media, engine, socket, clock, onListenerError }: AgentDeps): Agent {
  const displays = createDisplays({ media, clock, onListenerError });
  const connection = createConnection({ socket, clock, onListenerError });
  const publisher = createPublisher({
    request: connection.request,
    reconnect: () => connection.reconnect(),
    engine,
    clock,
    onListenerError,
  });
  displays.events.on('changed', (list) => publisher.setDisplays(list));
  connection.events.on('connected', () => publisher.connected());
  connection.events.on('lost', () => publisher.disconnected());
  connection.events.on('publish-again', () => publisher.publishAgain());

  return {
    displays,
    publisher,
    connection,
    async leave() {
      const told = connection.leave();
      publisher.close();
      displays.close();
      await told;
    },
  };
}
