import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { recorderRequests } from '@sightline/shared';
import type * as z from 'zod';

/** What a recorder without media offers with: a key of its own, and room for everything. */
export function recorderOffer(
  recorderId: string,
  publicKey: KeyObject = generateKeyPairSync('ed25519').publicKey,
): z.input<(typeof recorderRequests)['recorder-ready']['request']> {
  return {
    recorderId,
    mediaBaseUrl: 'http://127.0.0.1:9',
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    status: {
      disk: { state: 'ok', freeBytes: 1e12, totalBytes: 1e12 },
      store: { kind: 'local', backlogSegments: 0, backlogBytes: 0 },
      admission: { open: true },
      runs: 0,
      problems: [],
    },
  };
}
