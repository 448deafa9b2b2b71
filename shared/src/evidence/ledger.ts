import * as z from 'zod';
import { timeMs } from '../protocol/common.ts';

/** A stretch of the sfu's wall time: `fromMs` belongs to it, `toMs` does not. */
export const interval = z.strictObject({ fromMs: timeMs, toMs: timeMs });

/** Every reason for which a second of a session can be missing. A closed list: `unknown` raises an alarm. */
export const MISSING_REASONS = [
  /** The session has begun, and its first picture is on its way. */
  'starting',
  /** The user did not share this display at the time. */
  'not-shared',
  'reconnecting',
  'recorder-restart',
  'sfu-restart',
  'worker-restart',
  'packet-loss',
  'disk-full',
  'admission-refused',
  'stalled',
  'sleep-or-lock',
  'paused-by-user',
  'policy-blackout',
  /** The agent has it, and will upload it. */
  'awaiting-upload',
  /** It was recorded, and deleted lawfully since. */
  'deleted',
  'unknown',
] as const;

/** One of {@link MISSING_REASONS}. */
export const missingReason = z.enum(MISSING_REASONS);

/** A stretch of a track of which one thing is true. */
export const ledgerSpan = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('recorded'),
    ...interval.shape,
    /** `healed`: recorded by the agent itself, uploaded later. */
    source: z.enum(['live', 'healed']),
  }),
  z.strictObject({ state: z.literal('missing'), ...interval.shape, reason: missingReason }),
]);

/** See {@link interval}. */
export type Interval = z.output<typeof interval>;
/** See {@link missingReason}. */
export type MissingReason = z.output<typeof missingReason>;
/** See {@link ledgerSpan}. */
export type LedgerSpan = z.output<typeof ledgerSpan>;
