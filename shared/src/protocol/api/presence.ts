import * as z from 'zod';
import { timeMs } from '../common.ts';
import { id } from '../media.ts';

/** A machine that nobody touched for longer than its company allows, as `/api/v1/companies/:companyId/idle-alerts` lists it. */
export const idleAlert = z.object({
  alertId: id,
  companyId: id,
  clientId: id,
  deviceName: z.string(),
  userId: z.string(),
  /** When it was last touched. */
  idleSinceMs: timeMs,
  raisedAtMs: timeMs,
  /** When it was touched again, or left. Null: it still is idle. */
  endedAtMs: timeMs.nullable(),
});

/** Answer of `GET /api/v1/companies/:companyId/idle-alerts`: the newest first. */
export const idleAlertList = z.object({ alerts: z.array(idleAlert) });

/** See {@link idleAlert}. */
export type IdleAlert = z.output<typeof idleAlert>;
