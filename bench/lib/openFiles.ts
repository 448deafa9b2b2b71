import { readFile } from 'node:fs/promises';
import { parseOpenFilesLimit } from './procFiles.ts';

/** Files that a service has open beside its connections. */
const RESERVE = 200;

/**
 * Sees to it that every process that is started from here may hold so many connections.
 *
 * @throws Error that says what to do, if not.
 */
export async function requireOpenFiles(connections: number): Promise<void> {
  const limit = parseOpenFilesLimit(await readFile('/proc/self/limits', 'utf8'));
  const needed = connections + RESERVE;
  if (limit < needed) {
    throw new Error(
      `A process may have ${limit} files open here, and ${needed} are needed: run "ulimit -n ${needed}" in this shell first (root may raise the hard limit), or ask for fewer with --agents and --connected.`,
    );
  }
}
