import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '../setup/paths.mjs';
import { SetupError } from '../setup/setup-error.mjs';
import { formatLogLine } from './log-line.mjs';

const READY_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 100;
const STOP_TIMEOUT_MS = 10_000;

async function isHealthy(url) {
  try {
    return (await fetch(`${url}/healthz`)).ok;
  } catch {
    return false;
  }
}

/**
 * Starts one service as a child with readable output.
 * @param {object} options
 * @param {string} options.name e.g. `sfu`
 * @param {string} options.node path of the Node that runs it
 * @param {string} options.url where it answers `/healthz`
 * @param {(line: string) => void} options.print
 */
export function startService({ name, node, url, env, print }) {
  // A group of its own: Ctrl-C in a terminal must reach it once, through stop(), not twice.
  const child = spawn(node, [`${name}/src/main.ts`], {
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

    /** Resolves when the service answers; rejects with a SetupError when it ends or stays silent. */
    async ready() {
      const deadlineMs = Date.now() + READY_TIMEOUT_MS;
      while (!(await isHealthy(url))) {
        if (reason !== undefined) {
          throw new SetupError(`${name} ended at start (${reason})`, { help: 'The lines above say why.' });
        }
        if (Date.now() > deadlineMs) {
          throw new SetupError(`${name} does not answer at ${url}/healthz after 30 s`, {
            help: 'The lines above may say why; LOG_LEVEL=debug shows more of them.',
          });
        }
        await delay(READY_POLL_MS);
      }
    },

    /** Asks the service to end, and kills it if it has not within ten seconds. */
    async stop() {
      if (reason !== undefined || child.pid === undefined) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => {
        print(`${name} did not end within 10 s and is killed`);
        child.kill('SIGKILL');
      }, STOP_TIMEOUT_MS);
      await once(child, 'close');
      clearTimeout(timer);
    },
  };
}
