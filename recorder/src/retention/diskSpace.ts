import { statfs, writeFile } from 'node:fs/promises';
import type { DiskSpace } from './diskMarks.ts';

/** Looks how much room there is on the disk of a file, and whether that file can be written. */
export async function readDiskSpace(probePath: string, folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return {
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
    fault: await faultOf(probePath),
  };
}

async function faultOf(path: string): Promise<string | null> {
  try {
    await writeFile(path, '');
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    // No room is not a fault: it is what the marks are about.
    return code === 'ENOSPC' ? null : code;
  }
}
