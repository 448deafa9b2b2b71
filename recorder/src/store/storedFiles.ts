import { readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SegmentName } from '@sightline/shared';
import { fileExists, syncPath } from './durable.ts';
import type { SegmentCipher } from './encryption/segmentCipher.ts';
import { isMissing } from './fileErrors.ts';
import type { SegmentRef } from './segmentStore.ts';
import {
  RECEIPT_ENDING,
  STORED_FORMS,
  decodeStoredName,
  encodeStoredName,
  type StoredForm,
} from './storedName.ts';

/** The files of segments on the local disk, in whatever form, and the receipts of those that are in an object store. */
export interface StoredFiles {
  /** As {@link SegmentStore.add}; resolves with the path relative to the root. */
  add(segment: SegmentRef, partPath: string): Promise<string>;
  /** The plaintext; undefined if there is no file. */
  read(segment: SegmentRef): Promise<Buffer | undefined>;
  /** Those of which there is a file, or a receipt, in order of their index. */
  list(runFolder: string): Promise<SegmentName[]>;
  hasReceipt(segment: SegmentRef): Promise<boolean>;
  /** Removes the files, and leaves the receipts. Resolves with the bytes freed. */
  remove(segment: SegmentRef): Promise<number>;
}

/** Where a segment is in one of the forms, relative to the recordings' root. */
export const storedPathOf = ({ runFolder, name }: SegmentRef, form: StoredForm): string =>
  `${runFolder}/${encodeStoredName(name, form)}`;

/** Gives access to the files below `recordingsDir`; the cipher says in which form new ones are. */
export function createStoredFiles(recordingsDir: string, cipher: SegmentCipher): StoredFiles {
  const pathsOf = (segment: SegmentRef): string[] =>
    STORED_FORMS.map((form) => join(recordingsDir, storedPathOf(segment, form)));

  /** The plaintext goes when the encrypted file is durable; the next attempt writes over what a crash leaves. */
  const encrypt = async (stored: string, partPath: string): Promise<void> => {
    const path = join(recordingsDir, stored);
    const next = `${partPath}e`;
    try {
      await writeFile(next, cipher.encode(stored, await readFile(partPath)));
      await syncPath(next);
    } catch (error) {
      await rm(next, { recursive: true, force: true });
      throw error;
    }
    await rename(next, path);
    await syncPath(dirname(path));
    await rm(partPath);
  };

  return {
    async add(segment, partPath) {
      const stored = storedPathOf(segment, cipher.form);
      const path = join(recordingsDir, stored);
      try {
        await (cipher.form === 'encrypted' ? encrypt(stored, partPath) : rename(partPath, path));
      } catch (error) {
        if (!isMissing(error) || !(await fileExists(path))) throw error;
      }
      await syncPath(dirname(path));
      return stored;
    },
    async read(segment) {
      for (const form of STORED_FORMS) {
        const stored = storedPathOf(segment, form);
        try {
          return cipher.decode(stored, await readFile(join(recordingsDir, stored)));
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }
      return undefined;
    },
    async list(runFolder) {
      const byIndex = new Map<number, SegmentName>();
      for (const file of await namesIn(join(recordingsDir, runFolder))) {
        const stored = file.endsWith(RECEIPT_ENDING) ? file.slice(0, -RECEIPT_ENDING.length) : file;
        const name = decodeStoredName(stored);
        if (name !== undefined) byIndex.set(name.index, name);
      }
      return [...byIndex.values()].sort((a, b) => a.index - b.index);
    },
    async hasReceipt(segment) {
      const receipts = pathsOf(segment).map((path) => fileExists(`${path}${RECEIPT_ENDING}`));
      return (await Promise.all(receipts)).includes(true);
    },
    async remove(segment) {
      let bytes = 0;
      for (const path of pathsOf(segment)) bytes += await removeFile(path);
      if (bytes > 0) await syncPath(join(recordingsDir, segment.runFolder));
      return bytes;
    },
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function removeFile(path: string): Promise<number> {
  try {
    const { size } = await stat(path);
    await rm(path);
    return size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}
