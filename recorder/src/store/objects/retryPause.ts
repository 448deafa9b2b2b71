const FIRST_MS = 1_000;
const LAST_MS = 60_000;

/**
 * How long to wait before the next attempt: doubles, and differs between recorders, so that they do not come back all at
 * once.
 *
 * @param failures in a row, from 1
 * @param random from 0 to below 1
 */
export function retryPauseMs(failures: number, random: number): number {
  const most = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16));
  return most / 2 + (random * most) / 2;
}
