import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileExists } from '../durable.ts';
import type { SegmentCipher } from '../encryption/segmentCipher.ts';
import { SegmentMissing, SegmentUnavailable, type SegmentRef, type SegmentStore } from '../segmentStore.ts';
import { storedPathOf, type StoredFiles } from '../storedFiles.ts';
import { RECEIPT_ENDING, STORED_FORMS } from '../storedName.ts';
import type { LocalCopies } from './localCopies.ts';
import { ObjectStoreError, type ObjectStore } from './objectStore.ts';
import { readReceipt, identityOf } from './receipt.ts';
import type { Uploads } from './uploads.ts';

/**
 * Keeps media on the local disk until an object store has proven that it has it, and reads it from there when the local
 * copy is gone. Receipts, beside the files or in their place, say what is there.
 */
export function createTieredSegmentStore(deps: {
  recordingsDir: string;
  files: StoredFiles;
  cipher: SegmentCipher;
  objects: ObjectStore;
  uploads: Uploads;
  copies: LocalCopies;
}): SegmentStore {
  const { recordingsDir, files, cipher, objects, uploads, copies } = deps;
  const pathOf = (key: string): string => join(recordingsDir, key);

  const download = async (key: string): Promise<Buffer | undefined> => {
    try {
      return await objects.get(key);
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error;
      throw new SegmentUnavailable(error.code, error.message, { cause: error });
    }
  };

  const fetch = async (segment: SegmentRef): Promise<Buffer> => {
    for (const key of STORED_FORMS.map((form) => storedPathOf(segment, form))) {
      const receipt = await readReceipt(pathOf(key));
      if (receipt === undefined) continue;
      const stored = await download(key);
      if (stored === undefined) throw new SegmentMissing(segment);
      if (identityOf(stored).sha256 !== receipt.sha256)
        throw new SegmentUnavailable(
          'checksum-mismatch',
          `The object store has something else under ${key}.`,
        );
      return cipher.decode(key, stored);
    }
    throw new SegmentMissing(segment);
  };

  /** Those that are there in some way; all, if none is: an earlier attempt may have been cut short. */
  const keysOf = async (segment: SegmentRef): Promise<string[]> => {
    const all = STORED_FORMS.map((form) => storedPathOf(segment, form));
    const found: string[] = [];
    for (const key of all) {
      if ((await fileExists(pathOf(key))) || (await fileExists(`${pathOf(key)}${RECEIPT_ENDING}`)))
        found.push(key);
    }
    return found.length > 0 ? found : all;
  };

  return {
    async add(segment, partPath) {
      const key = await files.add(segment, partPath);
      uploads.add(key, (await stat(pathOf(key))).size);
    },
    read: async (segment) => (await files.read(segment)) ?? fetch(segment),
    list: (runFolder) => files.list(runFolder),
    async remove(segment) {
      const keys = await keysOf(segment);
      for (const key of keys) {
        await uploads.forget(key);
        copies.forget(key);
      }
      // Without the file nothing can upload it again; without the receipt nothing would be known of the object.
      let bytes = await files.remove(segment);
      for (const key of keys) {
        await objects.remove(key);
        bytes = Math.max(bytes, (await readReceipt(pathOf(key)))?.bytes ?? 0);
        await rm(`${pathOf(key)}${RECEIPT_ENDING}`, { force: true });
        await rm(`${pathOf(key)}${RECEIPT_ENDING}.new`, { force: true });
      }
      return bytes;
    },
  };
}
