const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Says how long a recording is: in seconds below a minute, and in whole minutes from there. */
export function formatKept(keptMs: number): string {
  const seconds = Math.max(1, Math.round(keptMs / SECOND_MS));
  return seconds < 60 ? inUnits(seconds, 'second') : inUnits(Math.round(keptMs / MINUTE_MS), 'minute');
}

const inUnits = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;
