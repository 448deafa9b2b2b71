import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { SetupError } from './setup-error.mjs';

const HEARTBEAT_MS = 10_000;

/** PATH with one directory before all others, so that `#!/usr/bin/env node` finds the right one. */
export function pathWith(directory, path = process.env.PATH) {
  return `${directory}${delimiter}${path}`;
}

/** PATH without the folders of installed packages: npm must not run on a Node that it is about to replace. */
export function pathWithoutPackages(path = process.env.PATH) {
  return path
    .split(delimiter)
    .filter((directory) => !directory.includes('node_modules'))
    .join(delimiter);
}

/**
 * Runs a command whose output goes to a log; every ten seconds one line says how far it is.
 * @param {object} options
 * @param {string} options.logFile appended to
 * @param {(line: string) => void} options.report shows a line to the user
 * @param {(line: string) => string | undefined} [options.progressOf] picks what is worth showing from a line of output
 * @throws {SetupError} when the command is missing or exits with another code than 0
 */
export async function runCommand(command, args, { logFile, report, progressOf, cwd, env }) {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile, { flags: 'a' });
  log.write(`$ ${command} ${args.join(' ')}\n`);
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

  let progress = 'still working';
  const heartbeat = setInterval(() => report(progress), HEARTBEAT_MS);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      progress = progressOf?.(line) ?? progress;
    });
  }

  try {
    await new Promise((resolve, reject) => {
      child.once('error', (cause) => {
        reject(new SetupError(`${command} could not be started: ${cause.message}`, { logFile, cause }));
      });
      child.once('close', (code, signal) => {
        if (code === 0) resolve();
        else reject(new SetupError(`${command} ended with ${signal ?? `exit code ${code}`}`, { logFile }));
      });
    });
  } finally {
    clearInterval(heartbeat);
    log.end();
  }
}
