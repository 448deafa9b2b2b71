import { open, rm, stat } from 'node:fs/promises';
import { isMissing } from '../store/fileErrors.ts';

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

const CHUNK_BYTES = 1_048_576;

/** Keeps the reserve in a file. */
export function createDiskReserve(path: string, bytes: number): DiskReserve {
  const isTaken = async (): Promise<boolean> => {
    try {
      return (await stat(path)).size >= bytes;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  };
  return {
    async take() {
      if (await isTaken()) return;
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
