import { createSegmentCipher } from './encryption/segmentCipher.ts';
import { SegmentMissing, SegmentUnavailable, type SegmentRef, type SegmentStore } from './segmentStore.ts';
import { createStoredFiles, type StoredFiles } from './storedFiles.ts';

/** A segment is in an object store, and this recorder has none. */
class ObjectStoreNotConfigured extends SegmentUnavailable {
  constructor({ runFolder, name }: SegmentRef) {
    super(
      'store-not-configured',
      `Segment ${name.index} of ${runFolder} is in an object store; set SIGHTLINE_S3_BUCKET as it was when it was uploaded.`,
    );
  }
}

/** Keeps the media of segments as files in their run's folder, below `recordingsDir`; by default, plain ones. */
export function createLocalSegmentStore({
  recordingsDir,
  files = createStoredFiles(recordingsDir, createSegmentCipher(undefined)),
}: {
  recordingsDir: string;
  files?: StoredFiles;
}): SegmentStore {
  return {
    async add(segment, partPath) {
      await files.add(segment, partPath);
    },
    async read(segment) {
      const media = await files.read(segment);
      if (media !== undefined) return media;
      throw (await files.hasReceipt(segment))
        ? new ObjectStoreNotConfigured(segment)
        : new SegmentMissing(segment);
    },
    list: (runFolder) => files.list(runFolder),
    async remove(segment) {
      if (await files.hasReceipt(segment)) throw new ObjectStoreNotConfigured(segment);
      return files.remove(segment);
    },
  };
}
