import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { NO_HASH } from '../../evidence/digest.ts';
import { SealKeyError, isHeadSigned, keyIdOf, readPublicKey, signHead } from './sealKey.ts';

const pemOf = (key: ReturnType<typeof readPublicKey>) =>
  key.export({ type: 'spki', format: 'pem' }).toString();

describe('a seal', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const head = { recorderId: 'r1', sessionId: 's1', number: 3, previousHash: NO_HASH };

  it('is recognised by the key that made it only, for that head only, in one spelling', () => {
    const signature = signHead(privateKey, head);
    expect(isHeadSigned(publicKey, head, signature)).toBe(true);
    expect(isHeadSigned(publicKey, { ...head, number: 4 }, signature)).toBe(false);
    expect(isHeadSigned(publicKey, { ...head, sessionId: 's2' }, signature)).toBe(false);
    expect(isHeadSigned(publicKey, head, `${signature}=`)).toBe(false);
    expect(isHeadSigned(publicKey, head, '')).toBe(false);
    expect(isHeadSigned(generateKeyPairSync('ed25519').publicKey, head, signature)).toBe(false);
  });

  it('names a key by its public half', () => {
    expect(keyIdOf(privateKey)).toBe(keyIdOf(publicKey));
    expect(keyIdOf(readPublicKey(pemOf(publicKey)))).toBe(keyIdOf(publicKey));
  });

  it('refuses what is no public Ed25519 key', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey;
    const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const broken = pemOf(publicKey).replace(/M/, 'x');
    for (const text of ['', secret, pemOf(rsa), broken])
      expect(() => readPublicKey(text)).toThrow(SealKeyError);
  });
});
