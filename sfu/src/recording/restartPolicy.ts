const DELAYS_MS = [200, 1_000, 2_000, 5_000, 10_000, 30_000];

/** A run that lasted this long was not a failure of the same kind as the one before it. */
export const STEADY_RUN_MS = 30_000;

/** When a run that has other sound is tried again, after it could not take over. */
export const HAND_OVER_RETRY_MS = 10_000;

/** How often is looked whether a silent stream has begun to flow again. */
export const SILENCE_LOOK_MS = 1_000;

/** How long to wait before the next run, after `failures` runs in a row that failed (1 or more). */
export function restartDelayMs(failures: number): number {
  return DELAYS_MS[Math.min(failures, DELAYS_MS.length) - 1] ?? 0;
}
