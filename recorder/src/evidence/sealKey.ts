import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SealedHead } from '@sightline/shared';
import { keyIdOf, signHead, signText } from '@sightline/shared/node';
import { replaceFile, syncPath } from '../store/durable.ts';
import { isMissing } from '../store/fileErrors.ts';

/** The recorder's key that signs manifests. */
export interface SealKey {
  /** SHA-256, hex, of the DER of its public half. */
  readonly keyId: string;
  /** SPKI in PEM. */
  readonly publicKey: string;
  /** Ed25519 (RFC 8032), in base64url. */
  sign(head: SealedHead): string;
  /** The same of another text. */
  signText(text: string): string;
}

/** The file of the key cannot be used. */
class SealKeyUnusable extends Error {
  readonly code = 'seal-key-unusable';

  constructor(path: string, cause: unknown) {
    super(
      `${path} cannot be read as an Ed25519 private key in PEM; "openssl genpkey -algorithm ed25519" makes one.`,
      { cause },
    );
    this.name = 'SealKeyUnusable';
  }
}

/** Reads the operator's own key. @throws {SealKeyUnusable} */
export async function readSealKey(path: string): Promise<SealKey> {
  try {
    return sealKeyFrom(createPrivateKey(await readFile(path, 'utf8')));
  } catch (error) {
    throw new SealKeyUnusable(path, error);
  }
}

/** Reads the recorder's own key, and makes one, for its eyes only, if there is none yet. @throws {SealKeyUnusable} */
export async function ensureSealKey(path: string): Promise<SealKey> {
  try {
    return await readSealKey(path);
  } catch (error) {
    if (!(error instanceof SealKeyUnusable && isMissing(error.cause))) throw error;
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  await replaceFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), { mode: 0o600 });
  await syncPath(dirname(path));
  return readSealKey(path);
}

/** Makes a seal key of a private key. @throws {TypeError} if it is not Ed25519. */
export function sealKeyFrom(key: KeyObject): SealKey {
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError(`its type is ${key.asymmetricKeyType}`);
  return {
    keyId: keyIdOf(key),
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    sign: (head) => signHead(key, head),
    signText: (text) => signText(key, text),
  };
}
