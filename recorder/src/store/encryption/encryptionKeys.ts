import { createHash, hkdfSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const KEY_BYTES = 32;
/** Size of a key's id, in bytes. */
export const KEY_ID_BYTES = 8;

/** Keys that cannot be used. Never says what they are. */
class EncryptionKeyError extends Error {
  readonly code = 'bad-encryption-key';
}

/** The operator's keys, of which each company's are derived. */
export interface EncryptionKeys {
  /** Hexadecimal id of the one that encrypts: the last that is listed. */
  readonly newest: string;
  /** The key of a company that comes from the listed one with this id; undefined if none is listed. */
  companyKey(keyId: string, companyId: string): Buffer | undefined;
}

/**
 * Reads a list of keys, 32 bytes in base64 each, one a line or separated by commas; lines that begin with `#` are left out.
 *
 * @param source what the text is, for errors.
 * @throws {EncryptionKeyError}
 */
export function parseEncryptionKeys(text: string, source: string): EncryptionKeys {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  const listed = lines.flatMap((line) => line.split(',')).map((entry) => entry.trim());
  const keys = new Map<string, Buffer>();
  let newest: string | undefined;
  for (const [at, entry] of listed.filter((one) => one !== '').entries()) {
    const key = Buffer.from(entry, 'base64');
    if (key.length !== KEY_BYTES || key.toString('base64') !== entry) {
      throw new EncryptionKeyError(
        `${source}: entry ${at + 1} is no key; make one with "openssl rand -base64 32".`,
      );
    }
    newest = idOf(key);
    keys.set(newest, key);
  }
  if (newest === undefined)
    throw new EncryptionKeyError(`${source}: has no key; make one with "openssl rand -base64 32".`);
  const derived = new Map<string, Buffer>();
  return {
    newest,
    companyKey(keyId, companyId) {
      const key = keys.get(keyId);
      if (key === undefined) return undefined;
      const name = `${keyId} ${companyId}`;
      const known = derived.get(name) ?? deriveKey(key, `sightline segments of company ${companyId}`);
      derived.set(name, known);
      return known;
    },
  };
}

/** {@link parseEncryptionKeys} of a file. @throws {EncryptionKeyError} */
export async function readEncryptionKeys(path: string): Promise<EncryptionKeys> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EncryptionKeyError(`The encryption keys cannot be read: ${reason}`);
  });
  return parseEncryptionKeys(text, path);
}

/** HKDF (RFC 5869) with SHA-256; the keys are random, so that it needs no salt. */
const deriveKey = (key: Buffer, info: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), info, KEY_BYTES));

/** Tells keys apart, and tells nothing of them. */
const idOf = (key: Buffer): string =>
  createHash('sha256')
    .update(deriveKey(key, 'sightline key id'))
    .digest('hex')
    .slice(0, KEY_ID_BYTES * 2);
