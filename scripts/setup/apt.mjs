import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from './command.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Something the system must provide, by the Debian package that brings it.
 * @typedef {{ package: string, command: string, under?: string } | { package: string, module: string }} Requirement
 * `command` is looked up on the PATH, or in `bin` of any version's folder in `under`; `module` is a pkg-config module.
 */

// `ip` and `tc` live where a plain user's PATH does not look.
const SYSTEM_DIRECTORIES = ['/usr/sbin', '/sbin'];

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** True when a command is on the PATH or in a system directory. */
export function hasCommand(command, path = process.env.PATH) {
  return [...path.split(delimiter), ...SYSTEM_DIRECTORIES].some((directory) =>
    isExecutable(join(directory, command)),
  );
}

/** True when a command is in a folder such as `/usr/lib/postgresql/15/bin`. */
export function hasVersionedCommand(command, under) {
  return (
    existsSync(under) &&
    readdirSync(under).some((version) => isExecutable(join(under, version, 'bin', command)))
  );
}

function isProvided(requirement) {
  if ('under' in requirement) return hasVersionedCommand(requirement.command, requirement.under);
  if ('command' in requirement) return hasCommand(requirement.command);
  return spawnSync('pkg-config', ['--exists', requirement.module]).status === 0;
}

/** The requirements that this system does not meet. */
export function missingOf(requirements) {
  return requirements.filter((requirement) => !isProvided(requirement));
}

/** The one command that a user without root copies. */
export function installCommand(packages) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/**
 * Installs the packages behind the missing requirements.
 * @throws {SetupError} without root or without apt: it then says what to install
 */
export async function installMissing(missing, { logFile, report }) {
  const packages = missing.map((requirement) => requirement.package);
  if (!hasCommand('apt-get')) {
    throw new SetupError('this system has no apt, and some programs are missing', {
      help: `Install what provides: ${missing.map((it) => it.command ?? it.module).join(', ')}\n(on Debian: ${packages.join(' ')})`,
    });
  }
  if (process.getuid() !== 0) {
    throw new SetupError('some system packages are missing', {
      help: `Run this, then start again:\n\n  ${installCommand(packages)}`,
    });
  }
  report(`installing ${packages.join(' ')}`);
  const options = {
    logFile,
    report,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    progressOf: (line) => line.match(/^(Get:\d+|Unpacking|Setting up) \S+( \S+)?/)?.[0],
  };
  await runCommand('apt-get', ['update'], options);
  await runCommand('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
}
