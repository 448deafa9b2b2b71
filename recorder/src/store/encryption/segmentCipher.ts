import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { dirname } from 'node:path/posix';
import { decodeTrackFolder } from '@sightline/shared';
import { SegmentUnavailable } from '../segmentStore.ts';
import { formOf, type StoredForm } from '../storedName.ts';
import { KEY_ID_BYTES, type EncryptionKeys } from './encryptionKeys.ts';

const MAGIC = Buffer.from('SLE');
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NONCE_AT = MAGIC.length + 1 + KEY_ID_BYTES;
const HEADER_BYTES = NONCE_AT + NONCE_BYTES;
const ALGORITHM = 'aes-256-gcm';

/** A segment was encrypted with a key that is not listed. */
export class EncryptionKeyMissing extends SegmentUnavailable {
  constructor(path: string, keyId: string) {
    super(
      'encryption-key-missing',
      `${path} is encrypted with key ${keyId}, which is not among the keys; list it again.`,
    );
  }
}

/** What is stored is not what was encrypted, or is not where it belongs. */
export class DecryptionFailed extends SegmentUnavailable {
  constructor(path: string) {
    super('decryption-failed', `${path} cannot be decrypted: it was changed, cut off, or belongs elsewhere.`);
  }
}

/**
 * How media becomes what is stored, and back. Paths are relative to the recordings' root, and name the stored form; what
 * was encrypted for one path does not decrypt at another.
 */
export interface SegmentCipher {
  /** What new segments are stored as. */
  readonly form: StoredForm;
  encode(path: string, plaintext: Buffer): Buffer;
  /** @throws {EncryptionKeyMissing} @throws {DecryptionFailed} */
  decode(path: string, stored: Buffer): Buffer;
}

/**
 * Builds the cipher: AES-256-GCM with a key for each company. The file is `SLE`, version 1, the listed key's id (8 bytes), the
 * nonce (12), the ciphertext, the tag (16); header and path are authenticated with it. Without keys, what is new stays plain.
 */
export function createSegmentCipher(keys: EncryptionKeys | undefined): SegmentCipher {
  const companyKeyOf = (path: string, keyId: string): Buffer => {
    const companyId = decodeTrackFolder(dirname(dirname(path)))?.companyId;
    if (companyId === undefined) throw new DecryptionFailed(path);
    const key = keys?.companyKey(keyId, companyId);
    if (key === undefined) throw new EncryptionKeyMissing(path, keyId);
    return key;
  };
  return {
    form: keys === undefined ? 'plain' : 'encrypted',
    encode(path, plaintext) {
      if (keys === undefined) return plaintext;
      const nonce = randomBytes(NONCE_BYTES);
      const header = Buffer.concat([MAGIC, Buffer.of(VERSION), Buffer.from(keys.newest, 'hex'), nonce]);
      const cipher = createCipheriv(ALGORITHM, companyKeyOf(path, keys.newest), nonce);
      cipher.setAAD(associatedData(header, path));
      return Buffer.concat([header, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
    decode(path, stored) {
      if (formOf(path) === 'plain') return stored;
      const header = stored.subarray(0, HEADER_BYTES);
      const known = header.subarray(0, MAGIC.length).equals(MAGIC) && header[MAGIC.length] === VERSION;
      if (!known || stored.length < HEADER_BYTES + TAG_BYTES) throw new DecryptionFailed(path);
      const keyId = header.subarray(MAGIC.length + 1, NONCE_AT).toString('hex');
      const decipher = createDecipheriv(ALGORITHM, companyKeyOf(path, keyId), header.subarray(NONCE_AT), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(associatedData(header, path)).setAuthTag(stored.subarray(-TAG_BYTES));
      const plaintext = decipher.update(stored.subarray(HEADER_BYTES, -TAG_BYTES));
      try {
        return Buffer.concat([plaintext, decipher.final()]);
      } catch {
        throw new DecryptionFailed(path);
      }
    },
  };
}

const associatedData = (header: Buffer, path: string): Buffer => Buffer.concat([header, Buffer.from(path)]);
