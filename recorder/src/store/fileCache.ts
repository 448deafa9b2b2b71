import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './fileErrors.ts';

/** Files that can be made again, within a bound. */
export interface FileCache {
  pathOf(name: string): string;
  /** Whether it is there; it then counts as used. */
  has(name: string): Promise<boolean>;
  /**
   * Has a file made at a path beside its place, and puts it there: what was not used for the longest time may have to go.
   * It is made anew if all was cleared meanwhile. Resolves with whether there is one: `make` may say that there is none.
   */
  add(name: string, make: (path: string) => Promise<boolean>): Promise<boolean>;
  /** Removes everything: it can be made again, unless what it was made of is gone on purpose. */
  clear(): Promise<void>;
}

/** Opens a cache in `folder`, whose files may be there from before; those that are half made are removed. */
export async function openFileCache({
  folder,
  maxBytes,
}: {
  folder: string;
  maxBytes: number;
}): Promise<FileCache> {
  await mkdir(folder, { recursive: true });
  /** Bytes by name; the one used last is the last. */
  const known = new Map<string, number>();
  let total = 0;
  let clearances = 0;

  const use = (name: string, bytes: number): void => {
    total += bytes - (known.get(name) ?? 0);
    known.delete(name);
    known.set(name, bytes);
  };
  const forget = (name: string): void => {
    total -= known.get(name) ?? 0;
    known.delete(name);
  };

  const found: { name: string; bytes: number; usedMs: number }[] = [];
  for (const name of await readdir(folder)) {
    if (name.endsWith('.new')) {
      await rm(join(folder, name), { force: true });
      continue;
    }
    const { size, mtimeMs } = await stat(join(folder, name));
    found.push({ name, bytes: size, usedMs: mtimeMs });
  }
  for (const { name, bytes } of found.sort((a, b) => a.usedMs - b.usedMs)) use(name, bytes);

  return {
    pathOf: (name) => join(folder, name),
    async has(name) {
      const bytes = known.get(name);
      if (bytes === undefined) return false;
      try {
        await stat(join(folder, name));
      } catch (error) {
        if (!isMissing(error)) throw error;
        forget(name);
        return false;
      }
      use(name, bytes);
      return true;
    },
    async add(name, make) {
      const next = join(folder, `${name}.new`);
      for (;;) {
        const before = clearances;
        if (!(await make(next))) {
          await rm(next, { force: true });
          return false;
        }
        const { size } = await stat(next);
        await rename(next, join(folder, name));
        if (before === clearances) {
          use(name, size);
          break;
        }
        await rm(join(folder, name), { force: true });
      }
      for (const oldest of known.keys()) {
        if (total <= maxBytes || oldest === name) break;
        forget(oldest);
        await rm(join(folder, oldest), { force: true });
      }
      return true;
    },
    async clear() {
      clearances += 1;
      for (const name of [...known.keys()]) {
        forget(name);
        await rm(join(folder, name), { force: true });
      }
    },
  };
}
