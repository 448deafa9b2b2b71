import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { secretOf } from './secret.mjs';

it('is made once per name and data directory, for its owner only', () => {
  const directory = mkdtempSync(join(tmpdir(), 'secret-'));
  const dataDir = join(directory, 'data');
  try {
    const secret = secretOf(dataDir, 'recorder');
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(secretOf(dataDir, 'recorder')).toBe(secret);
    expect(secretOf(dataDir, 'server')).not.toBe(secret);
    expect(statSync(join(dataDir, 'recorder.secret')).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
