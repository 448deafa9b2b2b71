import { hkdfSync } from 'node:crypto';

/** What keys are for; each use has its own. */
export type KeyUse = 'tickets' | 'totp' | 'cookies';

const KEY_BYTES = 32;

/** Derives the key of one use from the server's secret (HKDF-SHA256, RFC 5869): 256 bits. */
export function deriveKey(serverSecret: string, use: KeyUse): Buffer {
  return Buffer.from(hkdfSync('sha256', serverSecret, '', `sightline ${use}`, KEY_BYTES));
}
