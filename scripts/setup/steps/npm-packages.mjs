import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathWithoutPackages, runCommand } from '../command.mjs';
import { logFileOf, root } from '../paths.mjs';

const name = 'npm packages';

/**
 * True when everything that the lockfile asks for is installed in that very version. npm writes what it
 * installed to `node_modules/.package-lock.json`, as the last thing it does.
 * @param {object} wanted parsed package-lock.json
 * @param {object} installed parsed node_modules/.package-lock.json
 */
export function isInstalled(wanted, installed) {
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true;
    const present = installed.packages[path];
    if (!present) return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The dependencies of all workspaces, exactly as in package-lock.json. */
export const npmPackages = {
  name,
  help: 'Check the network and that `npm ping` answers, then start again.',
  isDone() {
    const installed = join(root, 'node_modules/.package-lock.json');
    return (
      existsSync(installed) && isInstalled(readJson(join(root, 'package-lock.json')), readJson(installed))
    );
  },
  async run(report) {
    report('npm install, this takes about half a minute');
    // Not `npm ci`: it refuses a lockfile that was written where the registry has no packages of other platforms.
    await runCommand('npm', ['install', '--no-save', '--no-progress'], {
      cwd: root,
      env: { PATH: pathWithoutPackages() },
      logFile: logFileOf(name),
      report,
    });
  },
};
