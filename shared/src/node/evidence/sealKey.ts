import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { sealedText, type SealedHead } from '../../evidence/manifest.ts';

/** A text that is no Ed25519 key. */
export class SealKeyError extends Error {
  readonly code = 'bad-seal-key';

  constructor(reason: string) {
    super(
      `This is no public Ed25519 key in PEM (${reason}). "GET /api/v1/recorders" shows those of recorders.`,
    );
    this.name = 'SealKeyError';
  }
}

/** Reads a public key. @param pem Ed25519, SPKI (RFC 8410) in PEM. @throws {SealKeyError} */
export function readPublicKey(pem: string): KeyObject {
  if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw new SealKeyError('no such block in it');
  const key = parsePublicKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new SealKeyError(`its type is ${key.asymmetricKeyType}`);
  return key;
}

function parsePublicKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (error) {
    throw new SealKeyError(error instanceof Error ? error.message : String(error));
  }
}

/** Names a key: SHA-256, hex, of the DER of its public half. */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** Signs the head of a manifest (Ed25519, RFC 8032); base64url. */
export const signHead = (privateKey: KeyObject, head: SealedHead): string =>
  signText(privateKey, sealedText(head));

/** Whether {@link signHead} made this signature, with the private half of this key. */
export const isHeadSigned = (publicKey: KeyObject, head: SealedHead, signature: string): boolean =>
  isTextSigned(publicKey, sealedText(head), signature);

/** Signs a text (Ed25519 over its UTF-8); base64url. */
export const signText = (privateKey: KeyObject, text: string): string =>
  sign(null, Buffer.from(text), privateKey).toString('base64url');

/** Whether {@link signText} made this signature. One signature has one spelling. */
export function isTextSigned(publicKey: KeyObject, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  return bytes.toString('base64url') === signature && verify(null, Buffer.from(text), publicKey, bytes);
}
