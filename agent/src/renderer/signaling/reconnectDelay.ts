const FIRST_MS = 250;
const LONGEST_MS = 3_000;

/**
 * How long to wait before the next attempt to connect: at most 250 ms at first, then twice as long each time, up to
 * 3 s. Half of it is left to chance, so that all the agents of a server do not come back in the same millisecond.
 *
 * @param failures attempts that failed in a row.
 * @param random from 0 to 1.
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const longestMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round((longestMs / 2) * (1 + random));
}
