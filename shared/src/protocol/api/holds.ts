import * as z from 'zod';
import { timeMs } from '../common.ts';
import { id } from '../media.ts';
import { PLAIN_TEXT } from '../text.ts';

const reason = z.string().trim().min(1).max(500).regex(PLAIN_TEXT);
const rangeMs = { fromMs: timeMs.nullable(), toMs: timeMs.nullable() };

/** What a legal hold covers: a session, a user's sessions, or a company's; the last two within a time range, if one is given. */
export const holdTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('session'), sessionId: id }),
  z.object({ kind: z.literal('user'), userId: z.string().min(1).max(255), ...rangeMs }),
  z.object({ kind: z.literal('company'), ...rangeMs }),
]);

/** A legal hold, as `/api/v1/companies/:companyId/holds` lists it. While it stands nothing that it covers is deleted. */
export const hold = z.object({
  holdId: id,
  companyId: id,
  target: holdTarget,
  reason: z.string(),
  placedBy: z.object({ accountId: id, name: z.string() }),
  placedAtMs: timeMs,
  /** Null: it stands. */
  released: z
    .object({ atMs: timeMs, by: z.object({ accountId: id, name: z.string() }), reason: z.string() })
    .nullable(),
});

/** Answer of `GET /api/v1/companies/:companyId/holds`: the newest first, released ones too. */
export const holdList = z.object({ holds: z.array(hold) });

/** Body of `POST /api/v1/companies/:companyId/holds`. */
export const holdOrder = z.object({
  target: holdTarget.refine(
    (target) =>
      target.kind === 'session' ||
      target.fromMs === null ||
      target.toMs === null ||
      target.fromMs < target.toMs,
    { error: 'toMs must be after fromMs' },
  ),
  reason,
});

/** Answer of `POST …/holds`. */
export const placedHold = hold.extend({
  /** Sessions that it covers, and whose deletion had begun before: they cannot be kept any more. */
  tooLateFor: z.array(id),
});

/** Body of `POST /api/v1/companies/:companyId/holds/:holdId/release`. */
export const holdRelease = z.object({ reason });

/** See {@link holdTarget}. */
export type HoldTarget = z.output<typeof holdTarget>;
/** See {@link hold}. */
export type Hold = z.output<typeof hold>;
