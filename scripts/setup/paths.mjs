import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout. */
export const root = resolve(import.meta.dirname, '../..');

/** What set-up remembers about this checkout: stamps and logs. Safe to delete. */
export const stateDir = join(root, '.cache/setup');

/** What several checkouts share, by the XDG Base Directory Specification. */
export function sharedCacheDir(env = process.env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sightline');
}

/** The log that a step keeps, e.g. `npm packages` → `.cache/setup/npm-packages.log`. */
export function logFileOf(stepName) {
  return join(stateDir, `${stepName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.log`);
}
