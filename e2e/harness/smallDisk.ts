import { mkdtemp, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Closable } from './cleanup.ts';
import { run } from './proc.ts';

/** A real file system of a few megabytes. Needs root. */
export interface SmallDisk extends Closable {
  readonly path: string;
  /** Fills it from outside, until so many bytes are free. */
  fillTo(freeBytes: number): Promise<void>;
  /** Removes what {@link SmallDisk.fillTo} has put there. */
  drain(): Promise<void>;
  /** @throws if something is open for writing */
  setReadOnly(readOnly: boolean): Promise<void>;
}

/** Mounts it on a new folder; `close()` unmounts it, whatever is still open there. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'sightline-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'sightline-test', path]);
  const ballast = join(path, 'ballast');
  return {
    path,
    async fillTo(freeBytes) {
      await rm(ballast, { force: true });
      const { bavail, bsize } = await statfs(path);
      await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
    },
    drain: () => rm(ballast, { force: true }),
    async setReadOnly(readOnly) {
      await run('mount', ['-o', `remount,${readOnly ? 'ro' : 'rw'}`, path]);
    },
    async close() {
      await run('umount', ['--lazy', path]);
      await rmdir(path);
    },
  };
}
