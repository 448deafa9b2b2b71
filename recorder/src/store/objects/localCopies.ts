import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';

const LOOK_MS = 60_000;

/** Local files of which the object store has proven that it has them: they are there to be played quickly. */
export interface LocalCopies {
  add(key: string, copy: { bytes: number; storedAtMs: number }): void;
  forget(key: string): void;
  /** Removes the oldest, whatever their age. Resolves with the bytes freed, which may be less. */
  makeRoom(bytesNeeded: number): Promise<number>;
  /** Resolves when nothing is being removed. Idempotent. */
  close(): Promise<void>;
}

/** Builds the copies, each of which goes `keepMs` after it was stored. */
export function createLocalCopies(deps: {
  keepMs: number;
  /** Removes the file. */
  remove: (key: string) => Promise<void>;
  clock: Clock;
  logger: Logger;
}): LocalCopies {
  const { keepMs, clock, logger } = deps;
  const copies = new Map<string, { bytes: number; storedAtMs: number }>();
  let last: Promise<unknown> = Promise.resolve();

  const removeOldest = async (isEnough: (freed: number, storedAtMs: number) => boolean): Promise<number> => {
    let freed = 0;
    for (const [key, { bytes, storedAtMs }] of copies) {
      if (isEnough(freed, storedAtMs)) break;
      try {
        await deps.remove(key);
        copies.delete(key);
        freed += bytes;
      } catch (error) {
        logger.error({ key, err: error }, 'a local copy could not be removed; it is tried again');
      }
    }
    return freed;
  };
  const inTurn = (isEnough: (freed: number, storedAtMs: number) => boolean): Promise<number> => {
    const done = last.then(() => removeOldest(isEnough));
    last = done;
    return done;
  };
  const removeAged = (): void => {
    void inTurn((_freed, storedAtMs) => clock.nowMs() - storedAtMs < keepMs);
  };
  const cancel = clock.every(LOOK_MS, removeAged);

  return {
    add(key, copy) {
      copies.set(key, copy);
      if (keepMs === 0) removeAged();
    },
    forget: (key) => void copies.delete(key),
    makeRoom: (bytesNeeded) => inTurn((freed) => freed >= bytesNeeded),
    async close() {
      cancel();
      await last;
    },
  };
}
