import * as z from 'zod';
import { timeMs } from '../common.ts';
import { id } from '../media.ts';
import { PLAIN_TEXT } from '../text.ts';

/** Everything that is put on record. */
export const AUDIT_ACTIONS = [
  'server-started',
  'signed-in',
  'sign-in-failed',
  'signed-out',
  'sessions-ended',
  'password-changed',
  'totp-added',
  'totp-removed',
  'account-created',
  'account-changed',
  'password-reset',
  'company-created',
  'company-changed',
  'group-created',
  'group-changed',
  'group-deleted',
  'enrolment-token-created',
  'enrolment-token-deleted',
  'device-enrolled',
  'enrolment-failed',
  'device-changed',
  'device-revoked',
  'live-view-began',
  'live-view-ended',
  'recording-played',
  'audit-exported',
  'seals-exported',
  'recorder-key-changed',
  'hold-placed',
  'hold-released',
  'export-ordered',
  'export-downloaded',
  'export-cancelled',
  'media-deleted',
  'recording-reindexed',
  'recording-healed',
] as const;

/** One thing that somebody did. Entries of a company form a chain: each holds the hash of the one before. */
export const auditEntry = z.strictObject({
  /** Position in the chain, from 1, without holes. */
  number: z.int().positive(),
  /** Null: the chain of what belongs to no company, such as the sign-ins of owners. */
  companyId: id.nullable(),
  atMs: timeMs,
  action: z.enum(AUDIT_ACTIONS),
  /** Who: an account, a device, or the server itself. */
  actor: z.strictObject({
    kind: z.enum(['account', 'device', 'server', 'nobody']),
    id: z.string(),
    name: z.string(),
  }),
  /** From which address. */
  address: z.string().nullable(),
  /** What it was done to, and how; no secrets. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** SHA-256, hex, of the entry before; of the first one, 64 zeros. */
  previousHash: z.string().length(64),
  /** SHA-256, hex, of this entry's canonical JSON without `hash`. */
  hash: z.string().length(64),
});

/** Query of `GET /api/v1/audit`. */
export const auditQuery = z.object({
  /** The company whose chain is asked for; absent: the one of no company, for owners. */
  companyId: id.exactOptional(),
  fromMs: z.coerce.number().nonnegative().exactOptional(),
  toMs: z.coerce.number().nonnegative().exactOptional(),
  action: z.enum(AUDIT_ACTIONS).exactOptional(),
  actorId: z.string().max(64).regex(PLAIN_TEXT).exactOptional(),
  /** Entries with smaller numbers only: the way to the next page. */
  beforeNumber: z.coerce.number().int().positive().exactOptional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

/** Answer of `GET /api/v1/audit`: the newest first. */
export const auditPage = z.object({ entries: z.array(auditEntry) });

/** See {@link auditEntry}. */
export type AuditEntry = z.output<typeof auditEntry>;
/** One of {@link AUDIT_ACTIONS}. */
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
/** See {@link auditQuery}. */
export type AuditQuery = z.output<typeof auditQuery>;
