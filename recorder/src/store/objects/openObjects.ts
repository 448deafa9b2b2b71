import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MANIFEST_FILE, type Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Problems } from '../../retention/problems.ts';
import type { SegmentCipher } from '../encryption/segmentCipher.ts';
import { codeOf, isMissing } from '../fileErrors.ts';
import type { SegmentStore } from '../segmentStore.ts';
import type { StoredFiles } from '../storedFiles.ts';
import { findStored } from './findStored.ts';
import type { LegalHolds } from './legalHolds.ts';
import { createLocalCopies } from './localCopies.ts';
import type { ObjectStore } from './objectStore.ts';
import { writeReceipt, type Receipt } from './receipt.ts';
import { createTieredSegmentStore } from './tieredSegmentStore.ts';
import { createUploads } from './uploads.ts';

const NEWLINE = 0x0a;

/** An object store behind the local disk. */
export interface Objects {
  segments: SegmentStore;
  /** What is on the local disk only. */
  backlog(): { segments: number; bytes: number };
  /** @param key path of the manifest, relative to the recordings' root */
  manifestChanged(key: string): void;
  /** See {@link LocalCopies.makeRoom}. */
  makeRoom(bytesNeeded: number): Promise<number>;
  /** Looks for what an earlier process has left. */
  start(): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Puts an object store behind the local one. */
export function openObjects(deps: {
  recordingsDir: string;
  objects: ObjectStore;
  holds: LegalHolds;
  files: StoredFiles;
  cipher: SegmentCipher;
  /** How long local copies stay. */
  keepMs: number;
  problems: Problems;
  clock: Clock;
  random: () => number;
  logger: Logger;
}): Objects {
  const { recordingsDir, objects, holds, problems, logger } = deps;
  const pathOf = (key: string): string => join(recordingsDir, key);
  const isManifest = (key: string): boolean => basename(key) === MANIFEST_FILE;

  const read = async (key: string): Promise<Buffer | undefined> => {
    try {
      const content = await readFile(pathOf(key));
      // The last line may be half written.
      return isManifest(key) ? content.subarray(0, content.lastIndexOf(NEWLINE) + 1) : content;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  const copies = createLocalCopies({ ...deps, remove: (key) => rm(pathOf(key), { force: true }) });
  const onStored = async (key: string, receipt: Receipt): Promise<void> => {
    await writeReceipt(pathOf(key), receipt);
    if (!isManifest(key)) copies.add(key, receipt);
  };
  const uploads = createUploads({ ...deps, objects: holds, read, onStored });

  let closed = false;
  const takeOver = async (): Promise<void> => {
    for await (const { key, kind, bytes, storedAtMs } of findStored(recordingsDir)) {
      if (closed) return;
      if (storedAtMs === undefined) uploads.add(key, kind === 'segment' ? bytes : undefined);
      else if (kind === 'segment') copies.add(key, { bytes, storedAtMs });
    }
  };
  let taking: Promise<void> = Promise.resolve();

  return {
    segments: createTieredSegmentStore({ ...deps, uploads, copies }),
    backlog: () => uploads.size(),
    manifestChanged: (key) => uploads.add(key, undefined),
    makeRoom: (bytesNeeded) => copies.makeRoom(bytesNeeded),
    start() {
      holds.start();
      taking = takeOver().catch((error: unknown) => {
        logger.error({ err: error }, 'what is to be uploaded could not be found');
        problems.raise('upload-failed', `What is to be uploaded could not be found: ${codeOf(error)}.`);
      });
    },
    async close() {
      closed = true;
      const ended = Promise.all([uploads.close(), holds.close()]);
      // What is cut off is uploaded by the next process.
      objects.close();
      await taking;
      await ended;
      await copies.close();
    },
  };
}
