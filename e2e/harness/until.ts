import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  readonly timeoutMs: number;
  /** Time between two looks, default 50 ms. */
  readonly intervalMs?: number;
}

/**
 * Looks again and again until `look` gives something other than undefined or false.
 *
 * @param what what is waited for, as it should read in the error: "the recorder's first segment".
 * @throws Error at the deadline; its cause is what the last look threw, if it threw.
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs, intervalMs = 50 }: UntilOptions,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const result = await look();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= deadlineMs) {
      throw new Error(`gave up after ${timeoutMs} ms waiting for ${what}`, { cause: failure });
    }
    await delay(intervalMs);
  }
}
