import type { Clock, MissingReason } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { InterruptionsRepository } from '../db/interruptions.ts';
import { createTokenBucket, type Limiter, type Rate } from '../signaling/tokenBucket.ts';

/** An unsteady network stays far below; an agent that pauses and resumes in a loop must not keep the database busy. */
const PACE: Rate = { burst: 100, perSecond: 1 };

/** What is interrupted. */
export interface InterruptionKey {
  sessionId: string;
  /** Null: all tracks. */
  trackId: string | null;
  reason: MissingReason;
}

/** Keeps on record why nothing can be recorded, while it is so. */
export interface InterruptionLog {
  /** It is so from now on, or from then; nothing happens if it is known, or if the session is interrupted too often. */
  begin(key: InterruptionKey, fromMs?: number): void;
  /** It is over; nothing happens if it was not so. */
  end(key: InterruptionKey): void;
  /** Media of the track flows: none of what was said of it is so any more. */
  endTrack(sessionId: string, trackId: string): void;
  /** The session is over, and so is everything that was said of it. */
  endSession(sessionId: string): void;
  isOpen(key: InterruptionKey): boolean;
  /** It was so from then to then. @throws what the database threw */
  add(key: InterruptionKey, fromMs: number, toMs: number): Promise<void>;
  /** Resolves when all of it is on disk, or was logged as lost. */
  flushed(): Promise<void>;
}

interface OpenInterruption extends InterruptionKey {
  interruptionId: string;
  written: Promise<void>;
}

/** Builds an {@link InterruptionLog} in which nothing is open. */
export function createInterruptionLog(deps: {
  repository: Pick<InterruptionsRepository, 'add' | 'end'>;
  /** Resolves when what is known of the session is on disk. */
  sessionWritten: (sessionId: string) => Promise<void>;
  newId: () => string;
  clock: Clock;
  logger: Logger;
}): InterruptionLog {
  const { clock, newId, repository } = deps;
  const open = new Map<string, OpenInterruption>();
  const writes = new Set<Promise<void>>();
  const limiters = new Map<string, Limiter>();
  const keyOf = ({ sessionId, trackId, reason }: InterruptionKey): string =>
    JSON.stringify([sessionId, trackId, reason]);

  const isAdmitted = (sessionId: string): boolean => {
    const limiter = limiters.get(sessionId) ?? createTokenBucket(clock, PACE);
    limiters.set(sessionId, limiter);
    return limiter();
  };
  const follow = (write: Promise<void>, key: InterruptionKey): Promise<void> => {
    const followed = write
      .catch((err: unknown) => {
        const { sessionId, reason } = key;
        deps.logger.error(
          { err, sessionId, reason, code: 'database-write-failed' },
          'an interruption could not be entered in the database',
        );
      })
      .finally(() => writes.delete(followed));
    writes.add(followed);
    return followed;
  };
  const enter = async (key: InterruptionKey, times: { fromMs: number; toMs: number | null }, id: string) => {
    const { sessionId, trackId, reason } = key;
    await deps.sessionWritten(sessionId);
    await repository.add({ interruptionId: id, sessionId, trackId, reason, ...times });
  };
  const endOpen = (key: string, { interruptionId, written, ...interruption }: OpenInterruption): void => {
    const toMs = clock.nowMs();
    open.delete(key);
    const ended = written.then(() => repository.end(interruptionId, toMs));
    void follow(ended, interruption);
  };
  const endWhere = (isOver: (interruption: OpenInterruption) => boolean): void => {
    for (const [key, interruption] of open) if (isOver(interruption)) endOpen(key, interruption);
  };

  return {
    begin(key, fromMs = clock.nowMs()) {
      if (open.has(keyOf(key)) || !isAdmitted(key.sessionId)) return;
      const interruptionId = newId();
      const written = follow(enter(key, { fromMs, toMs: null }, interruptionId), key);
      open.set(keyOf(key), { ...key, interruptionId, written });
    },
    end(key) {
      const interruption = open.get(keyOf(key));
      if (interruption !== undefined) endOpen(keyOf(key), interruption);
    },
    endTrack(sessionId, trackId) {
      endWhere((one) => one.sessionId === sessionId && one.trackId === trackId);
    },
    endSession(sessionId) {
      limiters.delete(sessionId);
      endWhere((one) => one.sessionId === sessionId);
    },
    isOpen: (key) => open.has(keyOf(key)),
    add: (key, fromMs, toMs) => enter(key, { fromMs, toMs }, newId()),
    async flushed() {
      await Promise.all(writes);
    },
  };
}
