import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCredentialFile, type CredentialFile } from './credentialFile.ts';

let folder: string;
let path: string;
let backend: string;
let available: boolean;
let file: CredentialFile;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-credential-'));
  path = join(folder, 'credential');
  backend = 'gnome_libsecret';
  available = true;
  file = createCredentialFile({
    path,
    platform: 'linux',
    storage: {
      isEncryptionAvailable: () => available,
      getSelectedStorageBackend: () => backend,
      encryptString: (text) => Buffer.from(`locked:${Buffer.from(text).toString('hex')}`),
      decryptString(encrypted) {
        const [, hex] = /^locked:(.+)$/.exec(encrypted.toString()) ?? [];
        if (hex === undefined) throw new Error('not ours');
        return Buffer.from(hex, 'hex').toString();
      },
    },
  });
});
afterEach(() => rm(folder, { recursive: true }));

describe('the credential', () => {
  it('is kept encrypted, for this user alone', async () => {
    expect(await file.load()).toBeNull();
    await file.save('first');
    await file.save('second');
    expect(await file.load()).toBe('second');
    expect(await readFile(path, 'utf8')).not.toContain('second');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['credential']);
  });

  it.each([
    ['there is no encryption', false, 'gnome_libsecret'],
    ['it is encrypted with a password that everybody knows', true, 'basic_text'],
  ])('is not kept where %s', async (_what, isAvailable, selected) => {
    available = isAvailable;
    backend = selected;
    expect(file.canSave).toBe(false);
    await expect(file.save('secret')).rejects.toThrow('no keychain');
    expect(await readdir(folder)).toEqual([]);
  });

  it('counts as absent when it cannot be decrypted', async () => {
    await writeFile(path, 'something else');
    expect(await file.load()).toBeNull();
  });
});
