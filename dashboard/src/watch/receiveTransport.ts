import type { Clock } from '@sightline/shared';
import type { ViewerRequester } from '../signaling/viewerConnection.ts';
import type { EngineTransport, MediaEngine, TransportState } from './engine.ts';

/** The receive transport of one router: made on demand, kept alive, made anew after it was lost. */
export interface ReceiveTransport {
  /** Waits for the transport; makes it first if there is none. @throws what the server or the engine refuses. */
  open(): Promise<EngineTransport>;
  /** The transport, if it is there now. */
  readonly current: EngineTransport | undefined;
  /** Forgets the transport, for the server has closed it; the next {@link open} makes another. */
  transportClosed(): void;
  close(): void;
}

/** After so many ICE restarts in a row without success the transport is made anew. */
const MAX_ICE_RESTARTS = 3;
const ICE_RESTART_DELAY_MS = 2_000;

/** Builds the {@link ReceiveTransport} of a router. `onLost` is called whenever an open transport has gone. */
export function createReceiveTransport(deps: {
  routerId: string;
  request: ViewerRequester;
  engine: MediaEngine;
  clock: Clock;
  onLost: (closedBy: 'server' | 'viewer') => void;
  onError: (error: unknown) => void;
}): ReceiveTransport {
  const { routerId, request, engine, clock, onError } = deps;
  let opening: Promise<EngineTransport> | undefined;
  let current: EngineTransport | undefined;
  let generation = 0;
  let closed = false;
  let iceRestarts = 0;
  let cancelRestart: (() => void) | undefined;

  async function make(ofGeneration: number): Promise<EngineTransport> {
    const [{ routerRtpCapabilities }, options] = await Promise.all([
      request('get-router-capabilities', { routerId }),
      request('create-transport', { routerId }),
    ]);
    const { transportId } = options;
    const made = await engine.createReceiveTransport(routerRtpCapabilities, options, {
      connect: async (dtlsParameters) => {
        await request('connect-transport', { transportId, dtlsParameters });
      },
      onState: (state) => {
        if (ofGeneration === generation) follow(state);
      },
    });
    if (ofGeneration !== generation) {
      made.close();
      throw new Error('The transport was lost while it was made.');
    }
    current = made;
    return made;
  }

  function follow(state: TransportState): void {
    if (state === 'connected') {
      iceRestarts = 0;
      cancelRestart?.();
    } else if (state === 'disconnected' || state === 'failed') {
      cancelRestart?.();
      cancelRestart = clock.after(iceRestarts === 0 ? 0 : ICE_RESTART_DELAY_MS, restartIce);
    }
  }

  function restartIce(): void {
    const transport = current;
    if (transport === undefined) return;
    iceRestarts += 1;
    if (iceRestarts > MAX_ICE_RESTARTS) {
      drop('viewer');
      return;
    }
    request('restart-ice', { transportId: transport.transportId })
      .then(({ iceParameters }) => transport.restartIce(iceParameters))
      .catch((error: unknown) => {
        onError(error);
        if (current === transport) drop('viewer');
      });
  }

  function drop(closedBy: 'server' | 'viewer'): void {
    generation += 1;
    cancelRestart?.();
    iceRestarts = 0;
    const lost = current;
    current = undefined;
    opening = undefined;
    lost?.close();
    if (lost !== undefined) deps.onLost(closedBy);
  }

  return {
    get current() {
      return current;
    },
    open() {
      if (closed) return Promise.reject(new Error('The transport is closed for good.'));
      if (opening === undefined) {
        const made = make(generation);
        opening = made;
        made.catch(() => {
          if (opening === made) opening = undefined;
        });
      }
      return opening;
    },
    transportClosed: () => drop('server'),
    close() {
      closed = true;
      drop('viewer');
    },
  };
}
