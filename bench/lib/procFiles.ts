/** What `/proc/<pid>/stat` tells of a process (proc(5)). */
export interface ProcStat {
  pid: number;
  parentPid: number;
  /** Its own CPU time in user and kernel mode, in clock ticks. */
  ownTicks: number;
  /** That of its children which have ended and for which it has waited. */
  endedChildrenTicks: number;
}

/** Clock ticks per second in `/proc`: user space is always shown this many. */
export const TICKS_PER_SECOND = 100;

/** Reads `/proc/<pid>/stat`. @throws Error on anything else. */
export function parseProcStat(text: string): ProcStat {
  const pid = Number.parseInt(text, 10);
  // The name stands in brackets and may hold anything, brackets too. The state, field 3, follows it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number.parseInt(fields[number - 3] ?? '', 10);
  const stat: ProcStat = {
    pid,
    parentPid: field(4),
    ownTicks: field(14) + field(15),
    endedChildrenTicks: field(16) + field(17),
  };
  if (Object.values(stat).some(Number.isNaN)) {
    throw new Error(`This is no line of /proc/<pid>/stat: ${text.slice(0, 80)}`);
  }
  return stat;
}

/** The largest resident set so far in `/proc/<pid>/status`, KiB. @throws Error if there is none. */
export function parsePeakRssKib(text: string): number {
  const size = /^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1];
  if (size === undefined) throw new Error('status tells no peak of the resident set.');
  return Number(size);
}

/** How many files a process may have open, in `/proc/<pid>/limits`. @throws Error if it does not say. */
export function parseOpenFilesLimit(text: string): number {
  const limit = /^Max open files +(\d+|unlimited)/m.exec(text)?.[1];
  if (limit === undefined) throw new Error('limits tells no number of open files.');
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}
