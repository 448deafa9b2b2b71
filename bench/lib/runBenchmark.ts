import { createCleanup, type Cleanup } from '@sightline/e2e/harness/cleanup.ts';

/** Says what a benchmark is about to do; not part of its result. */
export const progress = (text: string): void => void process.stderr.write(`${text}\n`);

/**
 * Runs a benchmark as this process and prints its result as one line of JSON, the last on stdout. What it opened
 * is closed at its end, at a failure, and at SIGINT or SIGTERM.
 */
export async function runBenchmark(measure: (cleanup: Cleanup) => Promise<object>): Promise<void> {
  const cleanup = createCleanup();
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => void cleanup.close().finally(() => process.exit(exitCode)));
  }
  try {
    const result = await measure(cleanup);
    await cleanup.close();
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}
