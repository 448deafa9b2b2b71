import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '../setup/paths.mjs';
import { SetupError } from '../setup/setup-error.mjs';
import { formatLogLine } from './log-line.mjs';

const READY_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 100;
// The services end themselves after 10 s; this is for one that cannot.
const STOP_TIMEOUT_MS = 11_000;

/**
 * Starts a program of ours as a child with readable output.
 * @param {object} options
 * @param {string} options.name shown before each of its lines, e.g. `sfu`
 * @param {string} options.node path of the Node that runs it
 * @param {string[]} options.args its source file and arguments
 * @param {() => Promise<boolean>} options.isReady asked again and again after the start
 * @param {(line: string) => void} options.print
 */
export function startProcess({ name, node, args, isReady, env, print }) {
  // A group of its own: Ctrl-C in a terminal must reach it once, through stop(), not twice.
  const child = spawn(node, args, {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => print(formatLogLine(name, line)));
  }

  /** How it ended, e.g. `exit code 1`. */
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  let reason;
  void ended.then((how) => {
    reason = how;
  });

  return {
    name,
    ended,

    /** Resolves when it is ready; rejects with a SetupError when it ends before, or takes too long. */
    async ready() {
      const deadlineMs = Date.now() + READY_TIMEOUT_MS;
      while (!(await isReady())) {
        if (reason !== undefined) {
          throw new SetupError(`${name} ended at start (${reason})`, { help: 'The lines above say why.' });
        }
        if (Date.now() > deadlineMs) {
          throw new SetupError(`${name} is not ready after 30 s`, {
            help: 'The lines above may say why; LOG_LEVEL=debug shows more of them.',
          });
        }
        await delay(READY_POLL_MS);
      }
    },

    /** Asks it to end, and kills it if it has not. */
    async stop() {
      if (reason !== undefined || child.pid === undefined) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => {
        print(`${name} did not end within 11 s and is killed`);
        child.kill('SIGKILL');
      }, STOP_TIMEOUT_MS);
      await once(child, 'close');
      clearTimeout(timer);
    },
  };
}
