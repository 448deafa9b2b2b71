import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Encrypts short texts that are kept where others could read or change them. */
export interface Sealer {
  /** Base64url. `context` says what it is and whose: it opens with the same one only. */
  seal(text: string, context: string): string;
  /** Undefined: it was not sealed with this key and context, or changed since. */
  open(sealed: string, context: string): string | undefined;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM under `key` (32 bytes): nonce, tag and ciphertext in a row. */
export function createSealer(key: Buffer): Sealer {
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context));
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString('base64url');
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
      try {
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch {
        // `final` throws for one reason only: the tag does not match.
        return undefined;
      }
    },
  };
}
