import type { Clock, ListenerErrorHandler } from '@sightline/shared';
import { createActivityReport, type IdleSource } from './activity/activityReport.ts';
import { createAbsences, type PowerEvents } from './absence/absences.ts';
import { createAbsenceStore } from './absence/absenceStore.ts';
import { createDisplays, type DisplayMedia, type Displays } from './capture/displays.ts';
import { createLocalCopies, type LocalCopies, type LocalPlatform } from './local/localCopies.ts';
import { sharingSituation } from './local/sharingSituation.ts';
import { createTimeline } from './local/timeline.ts';
import type { MediaEngine } from './publish/mediaEngine.ts';
import { createPublisher, type Publisher } from './publish/publisher.ts';
import { createConnection, type Connection, type ConnectionDeps } from './signaling/connection.ts';

/** The stages of the agent, connected to each other: capture, publish, signaling. */
export interface Agent {
  readonly displays: Displays;
  readonly publisher: Publisher;
  readonly connection: Connection;
  /** What is recorded here while it cannot be sent. Undefined where the browser cannot. */
  readonly localCopies: LocalCopies | undefined;
  /** The user leaves on purpose: tells the server at once, ends every capture, closes for good. */
  leave(): Promise<void>;
}

/** What an {@link Agent} is made from. */
export interface AgentDeps extends ConnectionDeps {
  media: DisplayMedia | undefined;
  engine: MediaEngine;
  readIdleMs: IdleSource;
  /** Undefined where nothing can be recorded on this computer. */
  local: LocalPlatform | undefined;
  /** A clock that nobody sets; any base. */
  monotonicMs: () => number;
  /** Undefined in a plain browser. */
  power: PowerEvents | undefined;
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
  const timeline = createTimeline({ clock, monotonicMs: deps.monotonicMs, onListenerError });
  const localCopies =
    deps.local &&
    createLocalCopies({
      platform: deps.local,
      timeline,
      request: connection.request,
      uplinkBps: () => publisher.uplinkBps,
      clock,
      onListenerError,
    });
  const absences = createAbsences({
    request: connection.request,
    timeline,
    store: createAbsenceStore({
      storage: deps.storage,
      deviceId: deps.deviceId,
      onError: (error) => onListenerError(error, 'report-absence'),
    }),
    clock,
    power: deps.power,
    onError: (error) => onListenerError(error, 'report-absence'),
  });
  let recorded: boolean | undefined;

  function situationChanged(): void {
    const { streams, flowing, paused, sessionId } = publisher;
    localCopies?.update(
      sharingSituation({
        displays: displays.list,
        streams,
        flowing,
        paused,
        sessionId,
        isConnected: connection.state === 'connected',
        recorded,
      }),
    );
  }

  function nowRecorded(isRecorded: boolean): void {
    recorded = isRecorded;
    situationChanged();
  }

  displays.events.on('changed', (list) => {
    publisher.setDisplays(list);
    situationChanged();
  });
  publisher.events.on('changed', situationChanged);
  connection.events.on('state', situationChanged);
  connection.events.on('welcome', (welcome) => nowRecorded(welcome.recorded));
  connection.events.on('recorded', nowRecorded);
  connection.events.on('connected', (login) => {
    publisher.connected(login);
    activity.start();
    localCopies?.connected();
  });
  connection.events.on('clock', (offset) => {
    timeline.measured(offset);
    absences.connected();
  });
  connection.events.on('lost', () => {
    publisher.disconnected();
    activity.stop();
    absences.disconnected();
    localCopies?.disconnected();
  });
  connection.events.on('publish-again', () => publisher.publishAgain());
  connection.events.on('offer-sent', (trackId) => localCopies?.offerSent(trackId));
  connection.events.on('refused', () => {
    publisher.forget();
    displays.close();
  });

  return {
    displays,
    publisher,
    connection,
    localCopies,
    async leave() {
      const told = connection.leave();
      activity.stop();
      publisher.close();
      displays.close();
      localCopies?.close();
      absences.close();
      timeline.close();
      await told;
    },
  };
}
