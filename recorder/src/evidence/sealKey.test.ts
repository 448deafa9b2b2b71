import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_HASH } from '@sightline/shared';
import { isHeadSigned, keyIdOf } from '@sightline/shared/node';
import { ensureSealKey, readSealKey } from './sealKey.ts';

describe('the seal key', () => {
  let dir: string;
  let path: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sightline-key-'));
    path = join(dir, 'seal-key.pem');
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('is made once, for nobody else to read, and stays the same', async () => {
    const made = await ensureSealKey(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['seal-key.pem']);
    const again = await ensureSealKey(path);
    expect(again.keyId).toBe(made.keyId);
    const publicKey = createPublicKey(made.publicKey);
    expect(keyIdOf(publicKey)).toBe(made.keyId);
    const head = { recorderId: 'r', sessionId: 's', number: 2, previousHash: NO_HASH };
    expect(isHeadSigned(publicKey, head, again.sign(head))).toBe(true);
  });

  it('is never replaced by another, and says what it should be', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey;
    for (const content of ['', 'rubbish', rsa.export({ type: 'pkcs8', format: 'pem' })]) {
      await writeFile(path, content);
      for (const open of [ensureSealKey, readSealKey]) {
        await expect(open(path)).rejects.toMatchObject({ code: 'seal-key-unusable' });
      }
    }
    await expect(readSealKey(join(dir, 'missing.pem'))).rejects.toThrow(/openssl genpkey/);
  });
});
