import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** A new secret: 256 random bits as base64url (RFC 4648, section 5), without padding. */
export const createSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** All that is kept of a secret: its SHA-256, hex. No salt is needed for what cannot be guessed. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Whether a text can be a secret of ours at all: anything else is not worth a look into the database. */
export const looksLikeSecret = (text: string): boolean => SECRET.test(text);
