import { TypedEmitter, type Clock, type ListenerErrorHandler, type LoginAnswer } from '@sightline/shared';
import type { Display } from '../capture/display.ts';
import type { AgentRequester } from '../signaling/connection.ts';
import type { MediaEngine } from './mediaEngine.ts';
import { openPublication, type Publication, type PublishedStream } from './publication.ts';
import { createReconciler } from './reconciler.ts';
import { recoveryFor, retryDelayMs } from './recovery.ts';
import { createSession } from './session.ts';
import { createMediaRequests } from './unanswered.ts';

/** After so many failures in a row a new transport will not help either. */
const FAILURES_BEFORE_STARTING_OVER = 3;

/** What a {@link Publisher} tells. */
export type PublisherEvents = {
  /** The session, its streams or the pause have changed. */
  changed: [];
  /** Why publishing does not work at present; `undefined` when it works again. */
  problem: [Error | undefined];
};

/** Keeps at the server what is captured here: a session, a transport, and producers for every display. */
export interface Publisher {
  readonly events: TypedEmitter<PublisherEvents>;
  /** The open session; `undefined` while nothing is shared. */
  readonly sessionId: string | undefined;
  readonly streams: readonly PublishedStream[];
  /** Whether what is sent gets through, as far as is known; it does without signaling, too. */
  readonly flowing: boolean;
  /** What congestion control granted last, bit/s; undefined while nothing is known. */
  readonly uplinkBps: number | undefined;
  /** While paused the session stays open and nothing is sent. Ends with the session. */
  readonly paused: boolean;
  setPaused(paused: boolean): void;
  /** Says which displays are to be published. None: the session ends. */
  setDisplays(displays: readonly Display[]): void;
  /** The server can be asked, and has of us what its answer to the login says. */
  connected(login: Pick<LoginAnswer, 'resumed' | 'session'>): void;
  /** Nothing can be asked of the server. What is sent is sent on. */
  disconnected(): void;
  /** The server lost our transport, and has kept our session. */
  publishAgain(): void;
  /** The server will not have us any more: forgets the session and stops sending. */
  forget(): void;
  /** Stops publishing at this end. May be called again. */
  close(): void;
}

/** What a {@link Publisher} is made from. */
export interface PublisherDeps {
  request: AgentRequester;
  /** Logs in anew, so that the server drops what it has of our media. */
  startOver: () => void;
  engine: MediaEngine;
  clock: Clock;
  onListenerError: ListenerErrorHandler;
}

/** Builds a {@link Publisher}. All its work is one pass that closes the distance to what is wanted. */
export function createPublisher(deps: PublisherDeps): Publisher {
  const { engine, clock, onListenerError } = deps;
  const events = new TypedEmitter<PublisherEvents>(onListenerError);
  const media = createMediaRequests(deps.request);
  const session = createSession({ request: deps.request, clock, onOverdue: () => reconciler.poke() });
  let isConnected = false;
  let displays: readonly Display[] = [];
  let publication: Publication | undefined;
  // Both count up when what a pass has been working on is gone; its errors then mean nothing.
  let linkEpoch = 0;
  let mediaEpoch = 0;

  async function pass(): Promise<void> {
    const begun = { linkEpoch, mediaEpoch };
    try {
      await reconcile();
    } catch (error) {
      if (begun.linkEpoch === linkEpoch && begun.mediaEpoch === mediaEpoch) throw error;
    }
  }

  async function reconcile(): Promise<void> {
    if (!isConnected) return;
    const begunEpoch = linkEpoch;
    if (session.isOver) {
      await session.end();
      publication?.closeStreams();
    }
    if (displays.length === 0) return;
    await session.settle();
    publication?.retain(wantedTracks());
    await publication?.closeProducers();
    if (session.paused) return;
    if (publication === undefined) await openMedia();
    const current = publication;
    // After a new login there is another pass, which knows what is open.
    if (current === undefined || begunEpoch !== linkEpoch) return;
    current.paused = session.paused;
    for (const display of displays) {
      if (maySend(current)) await current.publish(display);
    }
  }

  const maySend = (on: Publication): boolean => on === publication && !session.paused;
  const wantedTracks = (): ReadonlySet<string> => new Set(displays.map(({ trackId }) => trackId));

  async function openMedia(): Promise<void> {
    const epoch = mediaEpoch;
    const opened = await openPublication({
      request: media.request,
      engine,
      clock,
      onChange: () => events.emit('changed'),
      onBroken: (error) => {
        if (recoveryFor(error) !== 'new-transport') return;
        dropMedia();
        reconciler.poke();
      },
      onMinorError: (error) => {
        if (isConnected) onListenerError(error, 'report-uplink');
      },
    });
    if (epoch === mediaEpoch) publication = opened;
    else opened.close();
  }

  function dropMedia(): void {
    mediaEpoch += 1;
    const dropped = publication;
    publication = undefined;
    dropped?.close();
  }

  function goOffline(): void {
    isConnected = false;
    linkEpoch += 1;
  }

  function forget(): void {
    goOffline();
    session.forget();
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
        recovery === 'start-over' ||
        (recovery === 'new-transport' && failures >= FAILURES_BEFORE_STARTING_OVER)
      ) {
        deps.startOver();
      }
      return retryDelayMs(failures);
    },
  });

  return {
    events,
    get sessionId() {
      return session.id;
    },
    get streams() {
      return publication?.streams ?? [];
    },
    get flowing() {
      return publication !== undefined && publication.streams.length > 0 && !publication.broken;
    },
    get uplinkBps() {
      return publication?.uplinkBps;
    },
    get paused() {
      return session.paused;
    },
    setPaused(paused) {
      session.paused = paused;
      // Nothing is sent from now on; what is sent again waits for the server's word. If it cannot be told, its recordings
      // must not go on as though nothing had moved meanwhile: what is sent again is something else.
      if (paused && !isConnected) dropMedia();
      else if (paused && publication !== undefined) publication.paused = true;
      events.emit('changed');
      reconciler.poke();
    },
    setDisplays(wanted) {
      displays = [...wanted];
      if (displays.length > 0) {
        publication?.retain(wantedTracks());
      } else {
        session.stop();
        publication?.closeStreams();
        events.emit('changed');
      }
      reconciler.poke();
    },
    connected({ resumed, session: open }) {
      isConnected = true;
      session.adopt(open?.sessionId, { resumed, empty: displays.length === 0 });
      if (!resumed) dropMedia();
      if (session.id === undefined) publication?.closeStreams();
      publication?.linkRestored();
      events.emit('changed');
      reconciler.poke();
    },
    disconnected() {
      goOffline();
      if (media.unanswered) deps.startOver();
      events.emit('changed');
    },
    publishAgain() {
      dropMedia();
      reconciler.poke();
    },
    forget,
    close() {
      reconciler.close();
      forget();
      events.removeAll();
    },
  };
}
