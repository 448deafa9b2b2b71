import { readFile, readdir, readlink } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { hasCode, isMissing } from '../store/fileErrors.ts';
import { folderOf, type OpenRun } from '../store/openRuns.ts';
import { PART_PATTERN } from '../store/runFolder.ts';
import { MEDIA_HOST } from './engine.ts';
import { sayGoodbye } from './rtcp.ts';
import { rtpPortOf, waitForEmptyQueue } from './udpPorts.ts';

/** It reads what has arrived within this, unless it hangs. */
const DRAIN_MS = 2_000;
const GOODBYE_GRACE_MS = 1_000;
const KILL_GRACE_MS = 5_000;
const POLL_MS = 20;

/** An ffmpeg that records into `folder`, relative to the recordings' root. */
interface Orphan {
  pid: number;
  folder: string;
}

/**
 * Ends every ffmpeg that records below `recordingsDir`, and resolves when they are gone. Told apart by their
 * working directory and command line: a pid that a file remembers may by now belong to somebody else.
 */
export async function reapOrphans(deps: {
  recordingsDir: string;
  openRuns: readonly OpenRun[];
  clock: Clock;
  logger: Logger;
}): Promise<void> {
  const { recordingsDir, openRuns, clock, logger } = deps;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const orphans = (await Promise.all(pids.map((pid) => findOrphan(pid, recordingsDir)))).filter(
    (orphan) => orphan !== undefined,
  );
  const goneWithin = async (orphan: Orphan, ms: number): Promise<boolean> => {
    const deadlineMs = clock.nowMs() + ms;
    while ((await findOrphan(orphan.pid, recordingsDir)) !== undefined) {
      if (clock.nowMs() >= deadlineMs) return false;
      await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
    }
    return true;
  };
  await Promise.all(
    orphans.map(async (orphan) => {
      const run = openRuns.find((open) => folderOf(open) === orphan.folder);
      const rtcpPorts = run?.rtcpPorts ?? [];
      // The goodbye comes by another socket and would overtake what ffmpeg has not read yet.
      const wait = { timeoutMs: DRAIN_MS, clock, aborted: () => false };
      await Promise.all(rtcpPorts.map((port) => waitForEmptyQueue(MEDIA_HOST, rtpPortOf(port), wait)));
      for (const rtcpPort of rtcpPorts) await sayGoodbye(MEDIA_HOST, rtcpPort);
      const polite = run !== undefined && (await goneWithin(orphan, GOODBYE_GRACE_MS));
      if (!polite && (await findOrphan(orphan.pid, recordingsDir)) !== undefined) {
        process.kill(orphan.pid, 'SIGKILL');
        if (!(await goneWithin(orphan, KILL_GRACE_MS))) {
          throw new Error(`The orphaned ffmpeg ${orphan.pid} cannot be killed; end it by hand.`);
        }
      }
      logger.warn({ ...orphan, polite }, 'ended an ffmpeg that a killed recorder had left');
    }),
  );
}

async function findOrphan(pid: number, recordingsDir: string): Promise<Orphan | undefined> {
  try {
    const [program = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    if (!basename(program).startsWith('ffmpeg') || !args.includes(PART_PATTERN)) return undefined;
    const folder = relative(recordingsDir, await readlink(`/proc/${pid}/cwd`));
    return folder === '' || folder.startsWith('..') ? undefined : { pid, folder };
  } catch (error) {
    // It went meanwhile, or belongs to another user and so cannot be ours.
    if (isMissing(error) || isForeign(error)) return undefined;
    throw error;
  }
}

const isForeign = (error: unknown): boolean =>
  ['EACCES', 'EPERM', 'ESRCH'].some((code) => hasCode(error, code));
