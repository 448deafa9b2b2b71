import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { hasCode, isMissing } from '../store/fileErrors.ts';
import type { LoadReading } from './admission.ts';

/** Tells how busy it was since it was asked last. */
export interface LoadMeter {
  read(): Promise<LoadReading>;
  close(): void;
}

interface Waiting {
  atMs: number;
  /** How long something has waited for a processor, in all, µs. */
  totalUs: number;
}

const RESOLUTION_MS = 20;

/** Measures with the kernel's pressure stall information (Linux, Documentation/accounting/psi.rst), where there is any, and the delay of the event loop. */
export function createLoadMeter(): LoadMeter {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let before: Waiting | undefined;
  let busyBefore = busyTimes();
  return {
    async read() {
      const delayMs = delays.count === 0 ? 0 : Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS);
      delays.reset();
      const waiting = await readPressure();
      const busy = busyTimes();
      const cpuWaiting = waiting === undefined ? shareBusy(busyBefore, busy) : shareWaiting(before, waiting);
      before = waiting;
      busyBefore = busy;
      return { cpuWaiting, delayMs };
    },
    close: () => void delays.disable(),
  };
}

/** Reads `/proc/pressure/cpu`; undefined if the text is not of that form. */
export function parsePressure(text: string): number | undefined {
  const total = /^some .*\btotal=(\d+)$/m.exec(text)?.[1];
  return total === undefined ? undefined : Number(total);
}

async function readPressure(): Promise<Waiting | undefined> {
  try {
    const totalUs = parsePressure(await readFile('/proc/pressure/cpu', 'utf8'));
    return totalUs === undefined ? undefined : { atMs: performance.now(), totalUs };
  } catch (error) {
    // A kernel without it, or with it switched off.
    if (isMissing(error) || hasCode(error, 'EOPNOTSUPP') || hasCode(error, 'EACCES')) return undefined;
    throw error;
  }
}

function shareWaiting(before: Waiting | undefined, now: Waiting): number {
  if (before === undefined || now.atMs <= before.atMs) return 0;
  return Math.min(1, (now.totalUs - before.totalUs) / 1_000 / (now.atMs - before.atMs));
}

interface BusyTimes {
  busyMs: number;
  allMs: number;
}

function busyTimes(): BusyTimes {
  const times = cpus().map((cpu) => cpu.times);
  const allMs = times.reduce(
    (sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq,
    0,
  );
  return { allMs, busyMs: allMs - times.reduce((sum, { idle }) => sum + idle, 0) };
}

const shareBusy = (before: BusyTimes, now: BusyTimes): number =>
  now.allMs <= before.allMs ? 0 : (now.busyMs - before.busyMs) / (now.allMs - before.allMs);
