import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';

const RETRY_MS = 5_000;

/** Tells the newest state of things, one after the other, and again until each was heard. */
export interface Reports {
  /** This has changed. */
  announce(id: string): void;
  pause(): void;
  resume(): void;
}

/** Builds the {@link Reports}; paused at first. `send` reads the state itself, so that nothing outdated is told. */
export function createReports(deps: {
  send: (id: string) => Promise<void>;
  clock: Clock;
  logger: Logger;
}): Reports {
  const waiting = new Set<string>();
  let paused = true;
  let sending = false;
  let cancelRetry: (() => void) | undefined;

  const sendAll = async (): Promise<void> => {
    if (sending) return;
    sending = true;
    for (const id of waiting) {
      if (paused) break;
      waiting.delete(id);
      try {
        await deps.send(id);
      } catch (error) {
        waiting.add(id);
        deps.logger.debug({ id, err: error }, 'a report was not heard; it is told again');
        break;
      }
    }
    sending = false;
    if (!paused && waiting.size > 0) {
      cancelRetry?.();
      cancelRetry = deps.clock.after(RETRY_MS, () => void sendAll());
    }
  };

  return {
    announce(id) {
      waiting.add(id);
      if (!paused) void sendAll();
    },
    pause() {
      paused = true;
      cancelRetry?.();
    },
    resume() {
      paused = false;
      void sendAll();
    },
  };
}
