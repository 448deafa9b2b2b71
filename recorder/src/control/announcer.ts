import { ProtocolError, type Clock, type Segment } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';

const RETRY_MS = 5_000;

/** Tells the sfu of segments, in order per run, until each has been acknowledged. */
export interface Announcer {
  announce(runId: string, segment: Segment): void;
  /**
   * Says that no more segments of the run will come. Resolves when all are acknowledged, or cannot be for
   * now; then they go out after the next {@link Announcer.resume}.
   */
  flush(runId: string): Promise<void>;
  /** The sfu listens from now on. */
  resume(): void;
  /** The sfu cannot be reached any more. */
  pause(): void;
}

interface Announcements {
  queue: Segment[];
  sending: boolean;
  complete: boolean;
  waiting: (() => void)[];
}

/** Builds an announcer that is paused. */
export function createAnnouncer(deps: {
  send: (runId: string, segment: Segment) => Promise<unknown>;
  /** Everything of the run is over and acknowledged. */
  onDone: (runId: string) => Promise<void>;
  clock: Clock;
  logger: Logger;
}): Announcer {
  const runs = new Map<string, Announcements>();
  let online = false;

  const runOf = (runId: string): Announcements => {
    const run = runs.get(runId) ?? { queue: [], sending: false, complete: false, waiting: [] };
    runs.set(runId, run);
    return run;
  };
  const release = (run: Announcements): void => {
    for (const resolve of run.waiting.splice(0)) resolve();
  };

  /** Returns whether the announcement is dealt with. */
  const send = async (runId: string, segment: Segment): Promise<boolean> => {
    try {
      await deps.send(runId, segment);
      return true;
    } catch (error) {
      const code = error instanceof ProtocolError ? error.code : 'internal';
      const again = code === 'timeout' || code === 'not-connected' || code === 'rate-limited';
      deps.logger.error(
        { runId, index: segment.index, err: error, again },
        'a segment could not be announced',
      );
      return !again;
    }
  };

  const pump = async (runId: string, run: Announcements): Promise<void> => {
    if (run.sending || !online) return;
    run.sending = true;
    try {
      for (let segment = run.queue[0]; segment !== undefined && isOnline(); segment = run.queue[0]) {
        if (!(await send(runId, segment))) {
          deps.clock.after(RETRY_MS, () => start(runId, run));
          return;
        }
        run.queue.shift();
      }
      if (run.complete && run.queue.length === 0 && runs.delete(runId)) await deps.onDone(runId);
    } finally {
      run.sending = false;
      if (run.complete) release(run);
    }
  };
  const isOnline = (): boolean => online;
  const start = (runId: string, run: Announcements): void => {
    pump(runId, run).catch((error: unknown) => {
      deps.logger.error({ runId, err: error }, 'the register of open runs could not be written');
    });
  };

  return {
    announce(runId, segment) {
      const run = runOf(runId);
      run.queue.push(segment);
      start(runId, run);
    },
    flush(runId) {
      const run = runOf(runId);
      run.complete = true;
      if (!online) return Promise.resolve();
      return new Promise((resolve) => {
        run.waiting.push(resolve);
        start(runId, run);
      });
    },
    resume() {
      online = true;
      for (const [runId, run] of runs) start(runId, run);
    },
    pause() {
      online = false;
      for (const run of runs.values()) release(run);
    },
  };
}
