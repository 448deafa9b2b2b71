import * as z from 'zod';
import { interval } from '../../evidence/ledger.ts';
import { timeMs } from '../common.ts';
import { id, trackId } from '../media.ts';
import { PLAIN_TEXT } from '../text.ts';

/** The longest stretch that one export can hold. */
export const MAX_EXPORT_MS = 31 * 86_400_000;
/** Of how many tracks of sessions one export can be made. */
export const MAX_EXPORT_SOURCES = 10_000;

/** What is burnt into every picture; it makes an export encode. */
export const burnIn = z.object({ wallClock: z.boolean(), user: z.boolean(), caseNumber: z.boolean() });

/**
 * Body of `POST /api/v1/exports`. `video`: one MP4 of a track. `evidence`: a zip with media, manifests, seals, ledger,
 * access history and the verifier, of all tracks. Either of one session or, across sessions, of one user.
 */
export const exportOrder = z.object({
  companyId: id,
  from: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('session'), sessionId: id }),
    z.object({ kind: z.literal('user'), userId: z.string().min(1).max(255) }),
  ]),
  /** Half open: [fromMs, toMs). */
  fromMs: timeMs,
  toMs: timeMs,
  caseNumber: z.string().trim().max(64).regex(PLAIN_TEXT).exactOptional(),
  output: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('video'), trackId, burnIn: burnIn.exactOptional() }),
    z.object({ kind: z.literal('evidence') }),
  ]),
});

/** Where an export stands. It only moves forward. */
export const exportState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']);

/** Recorded media that is not in what was made of a recorder's, since another recorder has it. */
export const mediaElsewhere = z.strictObject({
  recorderId: id,
  sessionId: id,
  trackId,
  ...interval.shape,
});

/** An export, as `/api/v1/exports` lists it. It holds what one recorder has. */
export const exportView = exportOrder.extend({
  exportId: id,
  /** Whose media it is made of. */
  recorderId: id,
  /** What was ordered and is not in it, as far as it was on record at the time: an export of each of these recorders has it. */
  elsewhere: z.array(mediaElsewhere),
  requestedBy: z.object({ accountId: id, name: z.string() }),
  requestedAtMs: timeMs,
  state: exportState,
  /** 0 to 1. */
  progress: z.number().min(0).max(1),
  /** Why it failed, and what to do. */
  message: z.string().nullable(),
  bytes: z.int().nonnegative().nullable(),
  finishedAtMs: timeMs.nullable(),
});

/** Answer of `GET /api/v1/exports`, the newest first, and of `POST`: one of each recorder that has media of it. */
export const exportList = z.object({ exports: z.array(exportView) });

/** Answer of `POST /api/v1/exports/:exportId/download`. */
export const downloadGrant = z.object({ url: z.url(), fileName: z.string(), expiresAtMs: timeMs });

/** See {@link exportOrder}. */
export type ExportOrder = z.output<typeof exportOrder>;
/** See {@link mediaElsewhere}. */
export type MediaElsewhere = z.output<typeof mediaElsewhere>;
/** See {@link exportView}. */
export type ExportView = z.output<typeof exportView>;
/** See {@link exportState}. */
export type ExportState = z.output<typeof exportState>;
