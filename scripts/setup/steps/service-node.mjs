import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.mjs';
import { SetupError } from '../setup-error.mjs';

const MINIMUM = { major: 24, minor: 11 };

/** True for a version such as `24.21.0` that runs TypeScript sources and has a stable `node:sqlite`. */
export function isRecentEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > MINIMUM.major || (major === MINIMUM.major && minor >= MINIMUM.minor);
}

function findServiceNode() {
  const pinned = join(root, 'node_modules/.bin/node');
  if (existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0) return pinned;
  return isRecentEnough(process.versions.node) ? process.execPath : undefined;
}

let found;

/**
 * Path of the Node that runs the services: the pinned one, or where npm has none for this platform the
 * one that runs set-up.
 * @throws {SetupError} when neither will do
 */
export function serviceNode() {
  found ??= findServiceNode();
  if (!found) {
    throw new SetupError(`Node ${process.versions.node} is too old for the services`, {
      help: serviceNodeStep.help,
    });
  }
  return found;
}

/** Checks for a Node that can run the services; npm brings it along on x64 Linux. */
export const serviceNodeStep = {
  name: 'Node for the services',
  help: `Install Node ${MINIMUM.major}.${MINIMUM.minor} or newer (https://nodejs.org/en/download) and start again with it.`,
  isDone: () => findServiceNode() !== undefined,
  async run() {
    serviceNode();
  },
};
