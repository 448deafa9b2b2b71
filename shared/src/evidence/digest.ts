import * as z from 'zod';

/** A SHA-256 digest (FIPS 180-4) in lower-case hexadecimal. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** Stands for the hash before the first entry of a chain. */
export const NO_HASH = '0'.repeat(64);
