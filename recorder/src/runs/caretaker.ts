import type { Clock, Segment } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Outbox } from '../control/outbox.ts';
import type { OpenRun, OpenRuns } from '../store/openRuns.ts';

const RETRY_MS = 30_000;

/** Adopts runs that nobody looks after, until it succeeds. */
export interface Caretaker {
  /** Adopts runs one after the other; resolves when each was tried once, or after the next one once it is closed. */
  adoptAll(runs: readonly OpenRun[]): Promise<void>;
  /** Adopts a run that could not be ended as it should. */
  adopt(runId: string): Promise<void>;
  /** Tries nothing any more. */
  close(): void;
}

/** Builds a caretaker; `adopt` returns all segments of the run. */
export function createCaretaker(deps: {
  openRuns: OpenRuns;
  adopt: (run: OpenRun) => Promise<Segment[]>;
  outbox: Outbox<Segment>;
  clock: Clock;
  logger: Logger;
}): Caretaker {
  const { openRuns, outbox, clock, logger } = deps;
  const waiting = new Map<string, () => void>();
  let closed = false;

  const adopt = async (run: OpenRun): Promise<void> => {
    const { runId } = run;
    try {
      for (const segment of await deps.adopt(run)) outbox.announce(runId, segment);
    } catch (error) {
      // The others, and what is to be recorded now, must not wait for this one.
      logger.error({ runId, err: error }, 'a run could not be adopted; it will be tried again');
      waiting.set(
        runId,
        clock.after(RETRY_MS, () => {
          waiting.delete(runId);
          void adopt(run);
        }),
      );
      return;
    }
    await outbox.flush(runId);
  };

  return {
    async adoptAll(runs) {
      for (const run of runs) {
        if (closed) return;
        await adopt(run);
      }
    },
    async adopt(runId) {
      const run = (await openRuns.list()).find((one) => one.runId === runId);
      if (run !== undefined) await adopt(run);
    },
    close() {
      closed = true;
      for (const cancel of waiting.values()) cancel();
      waiting.clear();
    },
  };
}
