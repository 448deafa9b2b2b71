import { readFile } from 'node:fs/promises';

/** The proportional set size in `/proc/<pid>/smaps_rollup`, KiB. @throws Error if there is none. */
export function parsePssKib(text: string): number {
  const size = /^Pss: +(\d+) kB$/m.exec(text)?.[1];
  if (size === undefined) throw new Error('smaps_rollup tells no proportional set size.');
  return Number(size);
}

/** The proportional set size of a process, KiB: pages that it shares with others are divided among them. 0: it is gone. */
export async function pssKib(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return rollup === '' ? 0 : parsePssKib(rollup);
}
