import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Problems } from '../../retention/problems.ts';
import { codeOf } from '../fileErrors.ts';
import { ObjectStoreError, type ObjectStore } from './objectStore.ts';
import { identityOf, type Receipt } from './receipt.ts';
import { retryPauseMs } from './retryPause.ts';

const PARALLEL_UPLOADS = 2;

/** What is to be in the object store, and is not yet. Files are the backlog: this only knows of them. */
export interface Uploads {
  /** A file is new, or has grown. `bytes` undefined: it is not counted. */
  add(key: string, bytes: number | undefined): void;
  /** Resolves when it is not being uploaded, and will not be. */
  forget(key: string): Promise<void>;
  /** What is counted of the backlog. */
  size(): { segments: number; bytes: number };
  /** Resolves when no upload is under way. Idempotent. */
  close(): Promise<void>;
}

interface Waiting {
  bytes: number | undefined;
  failures: number;
  /** It failed, for a reason of its own, and is let rest. */
  resting: boolean;
}

/** Builds the uploads: a few at a time, each tried until it is there, with a pause for all of them while the store is down. */
export function createUploads(deps: {
  objects: Pick<ObjectStore, 'put'>;
  /** Undefined: the file is gone. */
  read: (key: string) => Promise<Buffer | undefined>;
  /** Resolves when it is remembered that this much of the file is there. */
  onStored: (key: string, receipt: Receipt) => Promise<void>;
  problems: Problems;
  clock: Clock;
  /** From 0 to below 1. */
  random: () => number;
  logger: Logger;
}): Uploads {
  const { objects, problems, clock, logger } = deps;
  const waiting = new Map<string, Waiting>();
  const running = new Map<string, { entry: Waiting; done: Promise<void> }>();
  const mismatched = new Set<string>();
  let downFailures = 0;
  /** Ends the pause of all uploads. */
  let endPause: (() => void) | undefined;
  let closed = false;

  const succeeded = (): void => {
    downFailures = 0;
    problems.clear('store-unreachable');
    problems.clear('store-refused');
  };
  const noteMismatch = (key: string, isMismatched: boolean): void => {
    if (isMismatched) mismatched.add(key);
    else mismatched.delete(key);
    if (mismatched.size === 0) problems.clear('checksum-mismatch');
    else {
      problems.raise(
        'checksum-mismatch',
        `The object store has something else than it was given, of ${mismatched.size} objects, which the log of the recorder names; the local files stay, and are uploaded again.`,
      );
    }
  };

  const failed = (key: string, entry: Waiting, error: unknown): void => {
    const code = error instanceof ObjectStoreError ? error.code : 'upload-failed';
    entry.failures += 1;
    logger.warn({ key, code, failures: entry.failures, err: error }, 'an upload failed; it is tried again');
    if (error instanceof ObjectStoreError && error.code !== 'checksum-mismatch') {
      downFailures += 1;
      endPause?.();
      endPause = clock.after(retryPauseMs(downFailures, deps.random()), () => {
        endPause = undefined;
        pump();
      });
      problems.clear(code === 'store-refused' ? 'store-unreachable' : 'store-refused');
      problems.raise(code, `${error.message} What is recorded stays on this disk until it is uploaded.`);
      return;
    }
    entry.resting = true;
    clock.after(retryPauseMs(entry.failures, deps.random()), () => {
      entry.resting = false;
      pump();
    });
    if (code === 'checksum-mismatch') noteMismatch(key, true);
    else problems.raise(code, `A recording could not be uploaded: ${codeOf(error)}.`);
  };

  const upload = async (key: string, entry: Waiting): Promise<void> => {
    try {
      const content = await deps.read(key);
      if (content !== undefined) {
        await objects.put(key, content);
        succeeded();
        await deps.onStored(key, { ...identityOf(content), storedAtMs: clock.nowMs() });
        problems.clear('upload-failed');
      }
      noteMismatch(key, false);
    } catch (error) {
      if (closed) return;
      failed(key, entry, error);
      // Behind the others, unless it has changed meanwhile and is there already.
      if (!waiting.has(key)) waiting.set(key, entry);
    }
  };

  const start = (key: string, entry: Waiting): void => {
    waiting.delete(key);
    const done = upload(key, entry).finally(() => {
      running.delete(key);
      pump();
    });
    running.set(key, { entry, done });
  };
  const pump = (): void => {
    for (const [key, entry] of waiting) {
      if (closed || endPause !== undefined || running.size >= PARALLEL_UPLOADS) return;
      if (!entry.resting && !running.has(key)) start(key, entry);
    }
  };

  return {
    add(key, bytes) {
      waiting.set(key, { bytes, failures: 0, resting: false });
      pump();
    },
    async forget(key) {
      waiting.delete(key);
      await running.get(key)?.done;
      waiting.delete(key);
      noteMismatch(key, false);
    },
    size() {
      let segments = 0;
      let bytes = 0;
      const count = (entry: Waiting): void => {
        if (entry.bytes === undefined) return;
        segments += 1;
        bytes += entry.bytes;
      };
      for (const entry of waiting.values()) count(entry);
      for (const { entry } of running.values()) count(entry);
      return { segments, bytes };
    },
    async close() {
      closed = true;
      endPause?.();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}
