import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { recorderSecret } from './recorder-secret.mjs';

it('is made once per data directory, for its owner only', () => {
  const directory = mkdtempSync(join(tmpdir(), 'secret-'));
  const dataDir = join(directory, 'data');
  try {
    const secret = recorderSecret(dataDir);
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(recorderSecret(dataDir)).toBe(secret);
    expect(statSync(join(dataDir, 'recorder.secret')).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
