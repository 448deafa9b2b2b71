import { readFile, readdir } from 'node:fs/promises';
import { pssKib } from '@sightline/e2e/harness/memory.ts';
import { parsePeakRssKib, parseProcStat, TICKS_PER_SECOND, type ProcStat } from './procFiles.ts';

/** What something takes: of the process itself and, apart, of those that it started. */
export interface Shares {
  own: number;
  children: number;
}

/** What a service has used so far, and holds now. */
export interface Usage {
  cpuSeconds: Shares;
  /** Proportional set size: pages that processes share are divided among them. */
  memoryMib: Shares;
  childCount: number;
}

/**
 * Reads what a service uses. The CPU time of children that have ended stays counted.
 *
 * @throws Error if the process is gone.
 */
export async function readUsage(pid: number): Promise<Usage> {
  const processes = await listProcesses();
  const service = processes.find((process) => process.pid === pid);
  if (service === undefined) throw new Error(`Process ${pid} has ended.`);
  const children = processes.filter(({ parentPid }) => parentPid === pid);
  const childTicks = children.reduce(
    (sum, { ownTicks, endedChildrenTicks }) => sum + ownTicks + endedChildrenTicks,
    service.endedChildrenTicks,
  );
  const sizesKib = await Promise.all(children.map((child) => pssKib(child.pid)));
  return {
    cpuSeconds: { own: service.ownTicks / TICKS_PER_SECOND, children: childTicks / TICKS_PER_SECOND },
    memoryMib: {
      own: (await pssKib(pid)) / 1_024,
      children: sizesKib.reduce((sum, size) => sum + size, 0) / 1_024,
    },
    childCount: children.length,
  };
}

/** Peak of the resident set so far; that of the children is the sum of their peaks. @throws Error if the process is gone. */
export async function readPeakMib(pid: number): Promise<Shares> {
  const children = (await listProcesses()).filter(({ parentPid }) => parentPid === pid);
  const peakMib = async (of: number): Promise<number> =>
    parsePeakRssKib(await readFile(`/proc/${of}/status`, 'utf8')) / 1_024;
  const peaks = await Promise.all(children.map((child) => peakMib(child.pid)));
  return { own: await peakMib(pid), children: peaks.reduce((sum, peak) => sum + peak, 0) };
}

/** A file of a process; empty if the process has ended meanwhile. */
const procFile = (pid: number | string, name: string): Promise<string> =>
  readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');

async function listProcesses(): Promise<ProcStat[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const stats = await Promise.all(pids.map((pid) => procFile(pid, 'stat')));
  return stats.filter((stat) => stat !== '').map(parseProcStat);
}
