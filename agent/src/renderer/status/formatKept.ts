const MINUTE_MS = 60_000;

/** Says how long a recording is, in whole minutes; none is shorter than one. */
export function formatKept(keptMs: number): string {
  const minutes = Math.max(1, Math.round(keptMs / MINUTE_MS));
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
