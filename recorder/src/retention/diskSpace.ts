import { open, statfs } from 'node:fs/promises';
import { codeOf, hasCode } from '../store/fileErrors.ts';
import type { DiskSpace } from './diskMarks.ts';

/** What a look at the disk tells. */
export interface DiskLook extends DiskSpace {
  /** How long it took to write a little and have it durable. */
  writeMs: number;
}

/** As much as a manifest entry or two, and never less than the disk writes at once. */
const PROBE = Buffer.alloc(4_096);

/** Looks how much room there is on the disk of a file, and whether and how fast that file can be written. */
export async function readDisk(probePath: string, folder: string): Promise<DiskLook> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const beganAtMs = performance.now();
  const fault = await faultOf(probePath);
  return {
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
    fault,
    writeMs: performance.now() - beganAtMs,
  };
}

async function faultOf(path: string): Promise<string | null> {
  try {
    const file = await open(path, 'w');
    try {
      await file.write(PROBE);
      await file.sync();
    } finally {
      await file.close();
    }
    return null;
  } catch (error) {
    // No room is not a fault: it is what the marks are about.
    return hasCode(error, 'ENOSPC') ? null : codeOf(error);
  }
}
