import * as z from 'zod';
import { timeMs } from '../protocol/common.ts';
import { id } from '../protocol/media.ts';
import { sha256Hex } from './digest.ts';

/**
 * One line of a company's log of seals, which the sfu keeps: every seal of every session, in order of arrival. With it a
 * session that is missing as a whole shows. Line of `GET /api/v1/companies/:companyId/seals` (JSON lines, the oldest first).
 */
export const companyLogEntry = z.strictObject({
  /** Position in the company's log, from 1, without holes. */
  number: z.int().positive(),
  companyId: z.string(),
  atMs: timeMs,
  recorderId: id,
  sessionId: id,
  /** Number of the seal in its manifest. */
  sealNumber: z.int().positive(),
  /** The seal's `previousHash`: what it signs. */
  sealedHash: sha256Hex,
  keyId: sha256Hex,
  signature: z.string().max(128),
  previousHash: sha256Hex,
  /** SHA-256 over the canonical JSON of the entry without `hash`. */
  hash: sha256Hex,
});

/** See {@link companyLogEntry}. */
export type CompanyLogEntry = z.output<typeof companyLogEntry>;
