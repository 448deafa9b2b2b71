import { readFile } from 'node:fs/promises';
import { hasCode, isMissing } from '../store/fileErrors.ts';

/** Whether a process waits for a disk, where no signal reaches it (proc(5), state D). */
export async function isInDiskSleep(pid: number | undefined): Promise<boolean> {
  if (pid === undefined) return false;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The state follows the name, which stands in brackets and may hold anything.
    return stat.slice(stat.lastIndexOf(')')).startsWith(') D');
  } catch (error) {
    if (isMissing(error) || hasCode(error, 'ESRCH')) return false;
    throw error;
  }
}
