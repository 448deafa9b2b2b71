import { open, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileExists } from '../store/durable.ts';

/**
 * Room that is kept occupied, so that there is some left when somebody else has filled the disk: a tombstone has to be
 * written before anything can be removed.
 */
export interface DiskReserve {
  /** Occupies the room, if it is not. */
  take(): Promise<void>;
  /** Gives it free. */
  release(): Promise<void>;
}

const MAX_BYTES = 16_000_000;
const SHARE = 0.01;
const CHUNK_BYTES = 1_048_576;

/** Keeps the reserve in a file: a hundredth of the disk, 16 MB at most. */
export function createDiskReserve(path: string): DiskReserve {
  return {
    async take() {
      if (await fileExists(path)) return;
      const { blocks, bsize } = await statfs(dirname(path));
      const bytes = Math.min(MAX_BYTES, Math.floor(blocks * bsize * SHARE));
      const file = await open(path, 'w');
      try {
        for (let at = 0; at < bytes; at += CHUNK_BYTES)
          await file.write(Buffer.alloc(Math.min(CHUNK_BYTES, bytes - at)));
        await file.datasync();
      } finally {
        await file.close();
      }
    },
    release: () => rm(path, { force: true }),
  };
}
