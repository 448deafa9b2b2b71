import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Each segment takes a new one, and what they took is only freed once it has come to tens of megabytes. */
const CHUNK_BYTES = 64 * 1024;

/** What identifies a file's content. */
export interface FileDigest {
  bytes: number;
  /** In hexadecimal. */
  sha256: string;
}

/** Makes a file survive a loss of power, and reads it once to tell what is in it. */
export async function syncAndDigest(path: string): Promise<FileDigest> {
  const file = await open(path, 'r');
  try {
    await file.sync();
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, bytes);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(chunk.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}
