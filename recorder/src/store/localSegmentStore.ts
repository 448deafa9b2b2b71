import { readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeSegmentName, encodeSegmentName } from '@sightline/shared';
import { fileExists, syncPath } from './durable.ts';
import { isMissing } from './fileErrors.ts';
import { SegmentMissing, type SegmentRef, type SegmentStore } from './segmentStore.ts';

/** Keeps the media of segments as plain files in their run's folder, below `recordingsDir`. */
export function createLocalSegmentStore({ recordingsDir }: { recordingsDir: string }): SegmentStore {
  const pathOf = ({ runFolder, name }: SegmentRef): string =>
    join(recordingsDir, runFolder, encodeSegmentName(name));
  return {
    async add(segment, partPath) {
      const path = pathOf(segment);
      try {
        await rename(partPath, path);
      } catch (error) {
        if (!isMissing(error) || !(await fileExists(path))) throw error;
      }
      await syncPath(dirname(path));
    },
    async read(segment) {
      try {
        return await readFile(pathOf(segment));
      } catch (error) {
        if (isMissing(error)) throw new SegmentMissing(segment);
        throw error;
      }
    },
    async lend(segments, use) {
      for (const segment of segments) {
        if (!(await fileExists(pathOf(segment)))) throw new SegmentMissing(segment);
      }
      return use(segments.map(pathOf));
    },
    async list(runFolder) {
      try {
        const names = await readdir(join(recordingsDir, runFolder));
        return names.flatMap((name) => decodeSegmentName(name) ?? []).sort((a, b) => a.index - b.index);
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    async remove(segment) {
      const path = pathOf(segment);
      try {
        const { size } = await stat(path);
        await rm(path);
        await syncPath(dirname(path));
        return size;
      } catch (error) {
        if (isMissing(error)) return 0;
        throw error;
      }
    },
  };
}
