import { TypedEmitter, type Clock, type ListenerErrorHandler } from '@sightline/shared';
import type { Display } from '../capture/display.ts';
import type { AgentRequester } from '../signaling/connection.ts';
import type { MediaEngine } from './mediaEngine.ts';
import { openPublication, type Publication, type PublishedStream } from './publication.ts';
import { createReconciler } from './reconciler.ts';
import { recoveryFor, retryDelayMs } from './recovery.ts';

/** After so many failures in a row a new transport will not help either. */
const FAILURES_BEFORE_RECONNECT = 3;

/** What a {@link Publisher} tells. */
export type PublisherEvents = {
  /** The session or its streams have changed. */
  changed: [];
  /** Why publishing does not work at present; `undefined` when it works again. */
  problem: [Error | undefined];
};

/** Keeps at the server what is captured here: a session, a transport, and producers for every display. */
export interface Publisher {
  readonly events: TypedEmitter<PublisherEvents>;
  /** The open session; `undefined` while nothing is shared or nobody can be told. */
  readonly sessionId: string | undefined;
  readonly streams: readonly PublishedStream[];
  /** Says which displays are to be published. None: the session ends. */
  setDisplays(displays: readonly Display[]): void;
  /** The server knows us now, and nothing of what we had before. */
  connected(): void;
  /** Nothing can be asked of the server. */
  disconnected(): void;
  /** The server lost our transport, and has kept our session. */
  publishAgain(): void;
  /** Stops publishing at this end. May be called again. */
  close(): void;
}

/** What a {@link Publisher} is made from. */
export interface PublisherDeps {
  request: AgentRequester;
  /** Connects to the server anew, so that it forgets what it has of us. */
  reconnect: () => void;
  engine: MediaEngine;
  clock: Clock;
  onListenerError: ListenerErrorHandler;
}

interface Session {
  readonly id: string;
  /** How often everything had been stopped when it began; what is shared after a stop is another session's. */
  readonly stops: number;
}

/** Builds a {@link Publisher}. All its work is one pass that closes the distance to what is wanted. */
export function createPublisher(deps: PublisherDeps): Publisher {
  const { request, engine, clock, onListenerError } = deps;
  const events = new TypedEmitter<PublisherEvents>(onListenerError);
  let isConnected = false;
  let displays: readonly Display[] = [];
  let session: Session | undefined;
  let stops = 0;
  let publication: Publication | undefined;
  // Both count up when what a pass has been working on is gone; its errors then mean nothing.
  let connectionEpoch = 0;
  let mediaEpoch = 0;

  async function pass(): Promise<void> {
    const epoch = mediaEpoch;
    try {
      await reconcile();
    } catch (error) {
      if (epoch === mediaEpoch) throw error;
    }
  }

  async function reconcile(): Promise<void> {
    if (!isConnected) return;
    if (session !== undefined && session.stops !== stops) await endSession();
    if (displays.length === 0) return;
    if (session === undefined) await startSession();
    if (publication === undefined) await openMedia();
    const current = publication;
    if (session === undefined || current === undefined) return;
    await unpublishGone(current);
    for (const display of displays) {
      if (current === publication) await current.publish(display);
    }
  }

  async function startSession(): Promise<void> {
    const begun = { epoch: connectionEpoch, stops };
    const { sessionId } = await request('start-streaming', {});
    if (begun.epoch === connectionEpoch) session = { id: sessionId, stops: begun.stops };
  }

  async function endSession(): Promise<void> {
    const epoch = connectionEpoch;
    await request('stop-streaming', {});
    if (epoch !== connectionEpoch) return;
    session = undefined;
    publication?.closeStreams();
    events.emit('changed');
  }

  async function openMedia(): Promise<void> {
    const epoch = mediaEpoch;
    const opened = await openPublication({
      request,
      engine,
      clock,
      onChange: () => events.emit('changed'),
      onBroken: (error) => {
        if (recoveryFor(error) !== 'new-transport') return;
        dropMedia();
        reconciler.poke();
      },
      onMinorError: (error) => onListenerError(error, 'report-uplink'),
    });
    if (epoch === mediaEpoch) publication = opened;
    else opened.close();
  }

  async function unpublishGone(current: Publication): Promise<void> {
    const wanted = new Set(displays.map(({ trackId }) => trackId));
    const gone = new Set(current.streams.map(({ trackId }) => trackId).filter((id) => !wanted.has(id)));
    for (const trackId of gone) await current.unpublish(trackId);
  }

  function dropMedia(): void {
    mediaEpoch += 1;
    const dropped = publication;
    publication = undefined;
    dropped?.close();
  }

  function forgetServer(): void {
    connectionEpoch += 1;
    session = undefined;
    dropMedia();
    events.emit('changed');
  }

  const reconciler = createReconciler({
    clock,
    pass,
    onSuccess: () => events.emit('problem', undefined),
    onFailure(error, failures) {
      events.emit('problem', error instanceof Error ? error : new Error(String(error)));
      const recovery = recoveryFor(error);
      if (recovery === 'give-up') return undefined;
      if (recovery === 'new-transport') dropMedia();
      if (
        recovery === 'reconnect' ||
        (recovery === 'new-transport' && failures >= FAILURES_BEFORE_RECONNECT)
      ) {
        deps.reconnect();
      }
      return retryDelayMs(failures);
    },
  });

  return {
    events,
    get sessionId() {
      return session?.id;
    },
    get streams() {
      return publication?.streams ?? [];
    },
    setDisplays(wanted) {
      displays = [...wanted];
      if (displays.length === 0) {
        stops += 1;
        publication?.closeStreams();
      }
      reconciler.poke();
    },
    connected() {
      forgetServer();
      isConnected = true;
      reconciler.poke();
    },
    disconnected() {
      isConnected = false;
      forgetServer();
      reconciler.poke();
    },
    publishAgain() {
      dropMedia();
      reconciler.poke();
    },
    close() {
      isConnected = false;
      reconciler.close();
      forgetServer();
      events.removeAll();
    },
  };
}
