import { ProtocolError, type Clock } from '@sightline/shared';
import type { AgentRequester } from '../signaling/connection.ts';

/** A session that an agent before us left open stays open so long for what may be shared again. */
const EMPTY_MS = 30_000;

/** The session of what is shared: what the server has of it, and what it should be. */
export interface Session {
  /** Undefined while none is open. */
  readonly id: string | undefined;
  /** Whether it is open and everything in it was stopped: what is shared now is another session's. */
  readonly isOver: boolean;
  /** Whether the user wants it interrupted. */
  paused: boolean;
  /** Everything that was shared has been stopped. */
  stop(): void;
  /** Opens one unless one is open, and tells the server of a pause or of its end. @throws {ProtocolError} */
  settle(): Promise<void>;
  /** Ends the open one. @throws {ProtocolError} */
  end(): Promise<void>;
  /** Takes over what the server says after a login. `empty`: nothing is shared here now. */
  adopt(sessionId: string | undefined, how: { resumed: boolean; empty: boolean }): void;
  /** It is of no importance any more. */
  forget(): void;
}

/** Builds a {@link Session}. `onOverdue`: an adopted one has stayed empty for too long, and is over. */
export function createSession(deps: {
  request: AgentRequester;
  clock: Clock;
  onOverdue: () => void;
}): Session {
  const { request, clock } = deps;
  let open: { id: string; stops: number } | undefined;
  /** How often everything has been stopped. */
  let stops = 0;
  /** `stops` at the time of a request to open one whose answer has not come. */
  let asked: number | undefined;
  let paused = false;
  /** Undefined when nobody can say. */
  let pausedAtServer: boolean | undefined;
  let cancelOverdue: (() => void) | undefined;
  /** Counts up when the server has said anew what is open; answers of before mean nothing then. */
  let epoch = 0;

  function requireNow(begunEpoch: number): void {
    if (begunEpoch !== epoch) throw new ProtocolError('not-connected', 'The connection was lost meanwhile.');
  }

  function stop(): void {
    stops += 1;
    paused = false;
  }

  function closeIfEmptyForLong(id: string): void {
    cancelOverdue = clock.after(EMPTY_MS, () => {
      if (open?.id !== id || open.stops !== stops) return;
      stop();
      deps.onOverdue();
    });
  }

  function keepOpen(): void {
    cancelOverdue?.();
    cancelOverdue = undefined;
  }

  async function begin(): Promise<void> {
    const begun = { epoch, stops };
    asked = stops;
    const { sessionId } = await request('start-streaming', {});
    requireNow(begun.epoch);
    asked = undefined;
    open = { id: sessionId, stops: begun.stops };
    pausedAtServer = false;
  }

  async function tellPaused(): Promise<void> {
    const wanted = paused;
    const begunEpoch = epoch;
    pausedAtServer = undefined;
    await request(wanted ? 'pause-streaming' : 'resume-streaming', {});
    requireNow(begunEpoch);
    pausedAtServer = wanted;
  }

  return {
    get id() {
      return open?.id;
    },
    get isOver() {
      return open !== undefined && open.stops !== stops;
    },
    get paused() {
      return paused;
    },
    set paused(wanted) {
      paused = wanted;
    },
    stop,
    async settle() {
      keepOpen();
      if (open === undefined) await begin();
      if (pausedAtServer !== paused) await tellPaused();
    },
    async end() {
      const begunEpoch = epoch;
      await request('stop-streaming', {});
      requireNow(begunEpoch);
      open = undefined;
    },
    adopt(sessionId, { resumed, empty }) {
      epoch += 1;
      if (!resumed) pausedAtServer = undefined;
      if (sessionId === undefined) {
        open = undefined;
      } else if (open?.id !== sessionId) {
        open = { id: sessionId, stops: asked ?? stops };
        if (empty && asked === undefined) closeIfEmptyForLong(sessionId);
      }
      asked = undefined;
    },
    forget() {
      epoch += 1;
      keepOpen();
      open = undefined;
      asked = undefined;
      paused = false;
    },
  };
}
