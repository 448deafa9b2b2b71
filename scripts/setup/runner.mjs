import { SetupError } from './setup-error.mjs';

/**
 * One step of the set-up.
 * @typedef {object} Step
 * @property {string} name what it provides, e.g. `npm packages`
 * @property {string} help what to do when it fails
 * @property {() => boolean | Promise<boolean>} isDone must be fast: it runs at every start
 * @property {(report: (line: string) => void) => Promise<void>} run
 */

/** `83000` → `1 min 23 s` */
export function formatElapsed(elapsedMs) {
  if (elapsedMs < 9_950) return `${(elapsedMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(elapsedMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Runs the steps that are not done yet, in order, and stops at the first that fails.
 * @param {Step[]} steps
 * @throws {SetupError} with the step's help, unless the step gave its own
 */
export async function runSteps(steps, { print, now }) {
  for (const step of steps) {
    if (await step.isDone()) continue;
    const startMs = now();
    print(`▸ ${step.name}`);
    try {
      await step.run((line) => print(`  ${line} (${formatElapsed(now() - startMs)})`));
    } catch (error) {
      const elapsed = formatElapsed(now() - startMs);
      throw new SetupError(`${step.name}: ${error.message} (after ${elapsed})`, {
        help: error.help ?? step.help,
        logFile: error.logFile,
        cause: error,
      });
    }
    if (!(await step.isDone())) {
      throw new SetupError(`${step.name}: it ran, but what it should provide is not there`, step);
    }
    print(`✓ ${step.name} (${formatElapsed(now() - startMs)})`);
  }
}
