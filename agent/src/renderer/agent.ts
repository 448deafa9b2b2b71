import type { Clock, ListenerErrorHandler } from '@sightline/shared';
import { createActivityReport, type IdleSource } from './activity/activityReport.ts';
import { createDisplays, type DisplayMedia, type Displays } from './capture/displays.ts';
import type { MediaEngine } from './publish/mediaEngine.ts';
import { createPublisher, type Publisher } from './publish/publisher.ts';
import { createConnection, type Connection, type ConnectionDeps } from './signaling/connection.ts';

/** The stages of the agent, connected to each other: capture, publish, signaling. */
export interface Agent {
  readonly displays: Displays;
  readonly publisher: Publisher;
  readonly connection: Connection;
  /** The user leaves on purpose: tells the server at once, ends every capture, closes for good. */
  leave(): Promise<void>;
}

/** What an {@link Agent} is made from. */
export interface AgentDeps extends ConnectionDeps {
  media: DisplayMedia | undefined;
  engine: MediaEngine;
  readIdleMs: IdleSource;
  clock: Clock;
  onListenerError: ListenerErrorHandler;
}

/** Builds an {@link Agent}: what is captured is published, and stays so however often signaling is lost. */
export function createAgent(deps: AgentDeps): Agent {
  const { media, engine, clock, onListenerError } = deps;
  const displays = createDisplays({ media, clock, onListenerError });
  const connection = createConnection(deps);
  const publisher = createPublisher({
    request: connection.request,
    startOver: () => connection.startOver(),
    engine,
    clock,
    onListenerError,
  });
  const activity = createActivityReport({
    clock,
    readIdleMs: deps.readIdleMs,
    report: (idleMs) => connection.request('report-activity', { idleMs }),
    onError: (error) => onListenerError(error, 'report-activity'),
  });
  displays.events.on('changed', (list) => publisher.setDisplays(list));
  connection.events.on('connected', (login) => {
    publisher.connected(login);
    activity.start();
  });
  connection.events.on('lost', () => {
    publisher.disconnected();
    activity.stop();
  });
  connection.events.on('publish-again', () => publisher.publishAgain());
  connection.events.on('refused', () => {
    publisher.forget();
    displays.close();
  });

  return {
    displays,
    publisher,
    connection,
    async leave() {
      const told = connection.leave();
      activity.stop();
      publisher.close();
      displays.close();
      await told;
    },
  };
}
