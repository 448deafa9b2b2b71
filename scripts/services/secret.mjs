import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A secret of this name that a data directory keeps: made once, readable by its owner only.
 * @param {'recorder' | 'server' | 'owner'} name
 * @param {number} bytes of randomness
 */
export function secretOf(dataDir, name, bytes = 32) {
  const file = join(dataDir, `${name}.secret`);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, randomBytes(bytes).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
