import { mkdir, open, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, isMissing } from './fileErrors.ts';

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

/** Creates the folder `relative` below `root`, if need be, so that it survives a loss of power. */
export async function createFolders(root: string, relative: string): Promise<string> {
  let parent = root;
  for (const part of relative.split('/')) {
    const path = join(parent, part);
    // One by one: of a recursive mkdir, Node.js calls a read-only disk a missing folder.
    await mkdir(path).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
    await syncPath(parent);
    parent = path;
  }
  return parent;
}

/** Whether there is anything at a path. */
export async function fileExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
