import * as z from 'zod';
import { ledgerSpan } from '../../evidence/ledger.ts';
import { timeMs } from '../common.ts';
import { id, trackId } from '../media.ts';

/** The coverage ledger of one track: its spans lie end to end, from the session's start to its end. */
export const trackLedger = z.object({
  trackId,
  label: z.string(),
  recordedMs: z.int().nonnegative(),
  missingMs: z.int().nonnegative(),
  spans: z.array(ledgerSpan),
});

/** Answer of `GET /api/v1/sessions/:sessionId/ledger`. */
export const sessionLedger = z.object({
  sessionId: id,
  startedAtMs: timeMs,
  /** Null while the session runs: the ledger then reaches up to `asOfMs`. */
  endedAtMs: timeMs.nullable(),
  asOfMs: timeMs,
  tracks: z.array(trackLedger),
});

/** See {@link trackLedger}. */
export type TrackLedger = z.output<typeof trackLedger>;
/** See {@link sessionLedger}. */
export type SessionLedger = z.output<typeof sessionLedger>;
