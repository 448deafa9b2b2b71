import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Closable } from './cleanup.ts';
import { run } from './proc.ts';
import { createTempDir } from './tempDir.ts';

/** A real file system that can be made slow for everybody. Needs root and a loop device. */
export interface SlowDisk extends Closable {
  readonly path: string;
  /**
   * From now on the kernel lets nothing be written for `frozenMs` at a time, with `thawedMs` between: whoever writes waits
   * in the kernel, and cannot be killed meanwhile. Resolves when the first such time has begun.
   */
  slowDown(pace: { frozenMs: number; thawedMs: number }): Promise<void>;
  /** It is as fast as ever. Idempotent. */
  recover(): Promise<void>;
}

/** Ends with a thawed disk when its stdin does: also if the test is killed. */
const FREEZER = `
while fsfreeze --freeze "$1"; do
  echo frozen
  read -r -t "$2"; over=$?
  fsfreeze --unfreeze "$1"
  [ $over -gt 128 ] || exit 0
  read -r -t "$3"
  [ $? -gt 128 ] || exit 0
done
exit 1`;

/** Makes an ext4 of so many megabytes in a file and mounts it on a new folder; `close()` unmounts it. */
export async function mountSlowDisk(megabytes: number): Promise<SlowDisk> {
  const folder = await createTempDir('slow-disk');
  const image = join(folder.path, 'image');
  const path = join(folder.path, 'disk');
  await writeFile(image, '');
  await truncate(image, megabytes * 1_048_576);
  await mkdir(path);
  await run('mkfs.ext4', ['-q', '-F', image]);
  await run('mount', ['-o', 'loop', image, path]);
  let freezer: ChildProcess | undefined;
  const disk: SlowDisk = {
    path,
    async slowDown({ frozenMs, thawedMs }) {
      await disk.recover();
      const seconds = [frozenMs, thawedMs].map((ms) => String(ms / 1_000));
      const started = spawn('bash', ['-c', FREEZER, 'freezer', path, ...seconds], {
        stdio: ['pipe', 'pipe', 'inherit'],
        detached: true,
      });
      freezer = started;
      await once(started.stdout, 'data');
    },
    async recover() {
      const ending = freezer;
      freezer = undefined;
      if (ending === undefined) return;
      const exited = once(ending, 'exit');
      ending.stdin?.end();
      await exited;
      if (ending.exitCode !== 0) throw new Error('The disk could not be frozen; see what fsfreeze printed.');
    },
    async close() {
      await disk.recover();
      await run('umount', ['--lazy', path]);
      await folder.close();
    },
  };
  return disk;
}
