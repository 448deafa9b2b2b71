import type { Clock } from '@sightline/shared';
import type { TransportState } from './mediaEngine.ts';

const RETRY_MS = 3_000;

/** Restarts ICE while a transport is broken (RFC 8445, section 2.4). */
export interface IceRecovery {
  /** Whether the transport does not get through at present. */
  readonly broken: boolean;
  stateChanged(state: TransportState): void;
  /** The server can be asked again: a broken transport does not wait for its turn. */
  linkRestored(): void;
  close(): void;
}

/**
 * Builds an {@link IceRecovery}. `restart` is called as soon as the transport breaks and every 3 s until it is
 * connected again; if it fails, `onFailure` decides what becomes of the transport.
 */
export function createIceRecovery(deps: {
  clock: Clock;
  restart: () => Promise<void>;
  onFailure: (error: unknown) => void;
}): IceRecovery {
  let stopTrying: (() => void) | undefined;
  let closed = false;

  function tryNow(): void {
    deps.restart().catch((error: unknown) => {
      if (!closed) deps.onFailure(error);
    });
  }

  function stop(): void {
    stopTrying?.();
    stopTrying = undefined;
  }

  function start(): void {
    stop();
    stopTrying = deps.clock.every(RETRY_MS, tryNow);
    tryNow();
  }

  return {
    get broken() {
      return stopTrying !== undefined;
    },
    linkRestored() {
      if (stopTrying !== undefined) start();
    },
    stateChanged(state) {
      if (closed) return;
      if (state === 'connected') stop();
      if (state === 'broken' && stopTrying === undefined) start();
    },
    close() {
      closed = true;
      stop();
    },
  };
}
