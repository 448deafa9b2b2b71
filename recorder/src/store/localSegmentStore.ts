import { readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SegmentName } from '@sightline/shared';
import { fileExists, syncPath } from './durable.ts';
import { createSegmentCipher, type SegmentCipher } from './encryption/segmentCipher.ts';
import { isMissing } from './fileErrors.ts';
import { SegmentMissing, type SegmentRef, type SegmentStore } from './segmentStore.ts';
import { STORED_FORMS, decodeStoredName, encodeStoredName, type StoredForm } from './storedName.ts';

/** Where a segment is in one of the forms, relative to the recordings' root. */
export const storedPathOf = ({ runFolder, name }: SegmentRef, form: StoredForm): string =>
  `${runFolder}/${encodeStoredName(name, form)}`;

/** Keeps the media of segments as files in their run's folder, below `recordingsDir`, in the form that the cipher gives them. */
export function createLocalSegmentStore({
  recordingsDir,
  cipher = createSegmentCipher(undefined),
}: {
  recordingsDir: string;
  /** By default media stays plain. */
  cipher?: SegmentCipher;
}): SegmentStore {
  /** The plaintext goes when the encrypted file is durable; the next attempt writes over what a crash leaves. */
  const encrypt = async (stored: string, partPath: string): Promise<void> => {
    const path = join(recordingsDir, stored);
    const next = `${partPath}e`;
    await writeFile(next, cipher.encode(stored, await readFile(partPath)));
    await syncPath(next);
    await rename(next, path);
    await syncPath(dirname(path));
    await rm(partPath);
  };
  const removeFile = async (path: string): Promise<number> => {
    try {
      const { size } = await stat(path);
      await rm(path);
      return size;
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
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
      throw new SegmentMissing(segment);
    },
    async list(runFolder) {
      return namesAmong(await namesIn(join(recordingsDir, runFolder)));
    },
    async remove(segment) {
      const paths = STORED_FORMS.map((form) => join(recordingsDir, storedPathOf(segment, form)));
      let bytes = 0;
      for (const path of paths) bytes += await removeFile(path);
      if (bytes > 0) await syncPath(join(recordingsDir, segment.runFolder));
      return bytes;
    },
  };
}

/** What is in a folder; nothing, if it is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The segments that are named, in whatever form, once each and in order of their index. */
export function namesAmong(stored: readonly string[]): SegmentName[] {
  const byIndex = new Map<number, SegmentName>();
  for (const name of stored.flatMap((one) => decodeStoredName(one) ?? [])) byIndex.set(name.index, name);
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}
