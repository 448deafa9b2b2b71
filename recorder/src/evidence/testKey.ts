import { generateKeyPairSync } from 'node:crypto';
import { sealKeyFrom, type SealKey } from './sealKey.ts';

/** A key for tests. */
export const createTestKey = (): SealKey => sealKeyFrom(generateKeyPairSync('ed25519').privateKey);
