import { chmod, readFile, rename, writeFile } from 'node:fs/promises';

/** The part of Electron's safeStorage that is used. */
export interface EncryptingStorage {
  isEncryptionAvailable(): boolean;
  /** Linux only. */
  getSelectedStorageBackend(): string;
  encryptString(text: string): Buffer;
  decryptString(encrypted: Buffer): string;
}

/** Keeps one text in a file, encrypted with a key of the system's keychain. */
export interface CredentialFile {
  /** False where the system has no keychain: nothing is ever kept in clear. */
  readonly canSave: boolean;
  /** Null if there is nothing, or nothing that this system's keychain can decrypt. */
  load(): Promise<string | null>;
  /** Replaces what was kept. @throws {Error} if it cannot be encrypted or written. */
  save(text: string): Promise<void>;
}

/** Builds a {@link CredentialFile} at `path`; its folder has to be there. */
export function createCredentialFile(deps: {
  path: string;
  storage: EncryptingStorage;
  platform: NodeJS.Platform;
}): CredentialFile {
  const { path, storage, platform } = deps;

  /** Without a keyring Chromium encrypts on Linux with a password that everybody knows. */
  const canEncrypt = (): boolean =>
    storage.isEncryptionAvailable() &&
    (platform !== 'linux' || storage.getSelectedStorageBackend() !== 'basic_text');

  return {
    get canSave() {
      return canEncrypt();
    },
    async load() {
      try {
        return storage.decryptString(await readFile(path));
      } catch {
        // Absent, damaged, or of another keychain: in each case the device has to enrol again, and is told so.
        return null;
      }
    },
    async save(text) {
      if (!canEncrypt()) {
        throw new Error(
          'There is no keychain, and the credential is not kept unencrypted. Set up a keyring.',
        );
      }
      const written = `${path}.new`;
      await writeFile(written, storage.encryptString(text), { mode: 0o600 });
      // A file that was there before has kept its mode.
      await chmod(written, 0o600);
      await rename(written, path);
    },
  };
}
