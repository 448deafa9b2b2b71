import { open, rename, writeFile } from 'node:fs/promises';

/** Makes the content of a file, or the names in a folder, survive a loss of power. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a small file in one step: a reader finds the old content or the new one. `mode` as of open(2). */
export async function replaceFile(path: string, content: string, { mode = 0o666 } = {}): Promise<void> {
  const next = `${path}.new`;
  await writeFile(next, content, { mode });
  await syncPath(next);
  await rename(next, path);
}
