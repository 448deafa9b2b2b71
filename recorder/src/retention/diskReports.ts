import type { recorderRequests, SessionLocation } from '@sightline/shared';
import type * as z from 'zod';
import type { SessionInStore } from './inventory.ts';

/** What the sfu compares with what is on record. */
export type DiskReport = z.input<(typeof recorderRequests)['reconcile']['request']>;

/** A message must not become too long, and the sfu must not be busy with one for long. */
const SESSIONS_AT_ONCE = 20;

/**
 * Cuts an inventory into reports that together name all of time, in order of the sessions' start.
 *
 * @param isHeld what is known of holds; undefined: that is of no use here
 */
export function diskReports(
  sessions: readonly SessionInStore[],
  isHeld: (session: SessionLocation) => boolean | undefined,
): DiskReport[] {
  const pages: SessionInStore[][] = [];
  for (const session of sessions) {
    const page = pages.at(-1);
    // Those that started in the same moment stay together: a report is about a stretch of time.
    const fits =
      page !== undefined &&
      (page.length < SESSIONS_AT_ONCE || page.at(-1)?.sessionStartedAtMs === session.sessionStartedAtMs);
    if (fits) page.push(session);
    else pages.push([session]);
  }
  if (pages.length === 0) pages.push([]);
  return pages.map((page, at) => ({
    fromMs: at === 0 ? 0 : (page[0]?.sessionStartedAtMs ?? 0),
    toMs: pages[at + 1]?.[0]?.sessionStartedAtMs ?? null,
    sessions: page.map(({ companyId, userId, sessionId, sessionStartedAtMs, runs }) => {
      const session = { companyId, userId, sessionId, sessionStartedAtMs };
      const held = isHeld(session);
      return {
        ...session,
        ...(held === undefined ? {} : { held }),
        runs: runs.map(({ runId, segments, bytes }) => ({ runId, segments, bytes })),
      };
    }),
  }));
}
