import { basename } from 'node:path';
import {
  encodeSessionFolder,
  PathCodecError,
  type Clock,
  type MediaHold,
  type SessionLocation,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Problems } from '../../retention/problems.ts';
import { codeOf } from '../fileErrors.ts';
import type { HoldRegister, RegisteredHold } from '../holdRegister.ts';
import { decodeStoredName } from '../storedName.ts';
import { ObjectStoreError, type ObjectStore, type ObjectVersion } from './objectStore.ts';
import { retryPauseMs } from './retryPause.ts';

const PARALLEL_REQUESTS = 8;
/** Of a key: `company/user/yyyy/mm/dd/session` */
const SESSION_DEPTH = 6;
const PROBLEM = 'hold-not-locked';

/** Locks in the object store what is held, where the bucket has Object Lock. It never decides what may be deleted. */
export interface LegalHolds {
  /** As {@link ObjectStore.put}: what is held is locked from the first moment on. */
  put(key: string, content: Buffer): Promise<void>;
  /** Sessions are held, or not any more. Durable when resolved; the objects follow in the background. */
  set(holds: readonly MediaHold[]): Promise<void>;
  isHeld(session: SessionLocation): boolean;
  /** Goes on with what an earlier process has left. */
  start(): void;
  /** Resolves when nothing is under way. Idempotent. */
  close(): Promise<void>;
}

/** Builds the {@link LegalHolds}, with what is in the register. */
export async function openLegalHolds(deps: {
  objects: ObjectStore;
  register: HoldRegister;
  problems: Problems;
  clock: Clock;
  /** From 0 to below 1. */
  random: () => number;
  logger: Logger;
}): Promise<LegalHolds> {
  const { objects, register, problems, clock, logger } = deps;
  /** By session folder. Changed only by putting another one there. */
  const holds = new Map<string, RegisteredHold>(
    (await register.list()).map((hold) => [encodeSessionFolder(hold), hold]),
  );
  /** Folders in which the objects may not be as they are to be. */
  const unsettled = new Set([...holds].filter(([, { settled }]) => !settled).map(([folder]) => folder));
  const uploading = new Map<string, Set<Promise<void>>>();
  /** What the store says of the bucket; undefined: it was not asked, or could not say. */
  let hasObjectLock: Promise<boolean> | undefined;
  let failures = 0;
  let cancelRetry: (() => void) | undefined;
  let started = false;
  let closed = false;
  let settling: Promise<void> | undefined;
  let writing: Promise<unknown> = Promise.resolve();
  /** One after the other: the register is to say what was said last. */
  const inTurn = <T>(write: () => Promise<T>): Promise<T> => {
    const done = writing.then(write);
    writing = done.catch(() => undefined);
    return done;
  };

  /** Enters those of `wanted` to which this applies, given what is known of them; durable when resolved. */
  const enter = (
    wanted: readonly MediaHold[],
    applies: (hold: MediaHold, known: MediaHold | undefined) => boolean,
  ): Promise<void> =>
    inTurn(async () => {
      const entered = wanted.flatMap((hold) => {
        const folder = folderOf(hold);
        return folder !== undefined && applies(hold, holds.get(folder)) ? { folder, hold } : [];
      });
      if (entered.length === 0) return;
      await register.put(entered.map(({ hold }) => hold));
      for (const { folder, hold } of entered) {
        holds.set(folder, { ...hold, settled: false });
        unsettled.add(folder);
      }
      pump();
    });

  /** The objects are as `hold` says, unless something else has been said meanwhile. */
  const markSettled = (folder: string, hold: RegisteredHold): Promise<void> =>
    inTurn(async () => {
      if (holds.get(folder) !== hold) return;
      if (hold.held) {
        await register.settled(hold);
        holds.set(folder, { ...hold, settled: true });
      } else {
        await register.remove(hold.sessionId);
        holds.delete(folder);
      }
      unsettled.delete(folder);
    });

  const settle = async (folder: string, hold: RegisteredHold): Promise<void> => {
    // What is stored from now on knows of the hold; what is being stored may not.
    await Promise.all([...(uploading.get(folder) ?? [])]);
    let some: ObjectVersion[] = [];
    const flush = async (): Promise<void> => {
      const now = some;
      some = [];
      await Promise.all(now.map((version) => objects.setLegalHold(version, hold.held)));
    };
    for await (const version of objects.versionsIn(folder)) {
      if (closed || holds.get(folder) !== hold) return;
      if (decodeStoredName(basename(version.key)) === undefined) continue;
      some.push(version);
      if (some.length === PARALLEL_REQUESTS) await flush();
    }
    await flush();
    if (!closed) await markSettled(folder, hold);
  };

  const settleNext = async (folder: string): Promise<void> => {
    const isLockable = await askForObjectLock();
    const hold = holds.get(folder);
    if (hold === undefined) return;
    if (isLockable) await settle(folder, hold);
    else if (hold.held) unsettled.delete(folder);
    else await markSettled(folder, hold);
  };
  const askForObjectLock = (): Promise<boolean> =>
    (hasObjectLock ??= objects.hasObjectLock().then(
      (found) => {
        if (!found)
          logger.warn(
            { code: 'no-object-lock' },
            'the bucket has no Object Lock: nothing is deleted that is held, except by whoever has the bucket itself',
          );
        return found;
      },
      (error: unknown) => {
        hasObjectLock = undefined;
        throw error;
      },
    ));

  const failed = (folder: string, error: unknown): void => {
    if (closed) return;
    failures += 1;
    logger.warn(
      { folder, err: error, failures },
      'legal holds could not be set in the object store; tried again',
    );
    const message = error instanceof ObjectStoreError ? error.message : `${codeOf(error)}.`;
    problems.raise(
      PROBLEM,
      `Legal holds of ${unsettled.size} sessions could not be placed or lifted in the bucket: ${message} They are tried again.`,
    );
    // Behind the others: it may be the only one that fails.
    if (unsettled.delete(folder)) unsettled.add(folder);
    cancelRetry = clock.after(retryPauseMs(failures, deps.random()), () => {
      cancelRetry = undefined;
      pump();
    });
  };
  const pump = (): void => {
    const [folder] = unsettled;
    if (!started || closed || settling !== undefined || cancelRetry !== undefined) return;
    if (folder === undefined) {
      failures = 0;
      problems.clear(PROBLEM);
      return;
    }
    settling = settleNext(folder)
      .then(() => void (failures = 0))
      .catch((error: unknown) => failed(folder, error))
      .finally(() => {
        settling = undefined;
        pump();
      });
  };

  const store = async (key: string, content: Buffer, hold: RegisteredHold | undefined): Promise<void> => {
    if (hold?.held !== true) return objects.put(key, content);
    try {
      if (await askForObjectLock()) return await objects.put(key, content, { legalHold: true });
    } catch (error) {
      if (!(error instanceof ObjectStoreError) || error.code !== 'store-refused') throw error;
      // Whoever may store, and may not lock, is to store: the lock is tried on its own, and what hinders it is shown.
      await enter([hold], (_hold, known) => known?.held === true);
    }
    return objects.put(key, content);
  };

  return {
    put(key, content) {
      const folder = key.split('/').slice(0, SESSION_DEPTH).join('/');
      const hold = decodeStoredName(basename(key)) === undefined ? undefined : holds.get(folder);
      const stored = store(key, content, hold);
      const running = uploading.get(folder) ?? new Set();
      const ended: Promise<void> = stored
        .catch(() => undefined)
        .finally(() => {
          running.delete(ended);
          if (running.size === 0) uploading.delete(folder);
        });
      uploading.set(folder, running.add(ended));
      return stored;
    },
    set: (wanted) => enter(wanted, ({ held }, known) => held !== (known?.held ?? false)),
    isHeld: (session) => holds.get(encodeSessionFolder(session))?.held ?? false,
    start() {
      started = true;
      pump();
    },
    async close() {
      closed = true;
      cancelRetry?.();
      await settling;
      await writing;
    },
  };
}

/** Undefined: nothing can be recorded under such names, so that there is nothing to lock. */
function folderOf(session: SessionLocation): string | undefined {
  try {
    return encodeSessionFolder(session);
  } catch (error) {
    if (error instanceof PathCodecError) return undefined;
    throw error;
  }
}
