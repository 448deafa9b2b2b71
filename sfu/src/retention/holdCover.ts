import type { Hold } from '@sightline/shared';

/** What decides whether a hold covers a session. */
export interface HoldableSession {
  sessionId: string;
  companyId: string;
  userId: string;
  startedAtMs: number;
  /** Null: it runs. */
  endedAtMs: number | null;
}

/** What was recorded may reach a little beyond what is on record of its session. */
const TOLERANCE_MS = 60_000;

/** Whether a hold, if it stands, covers any second of a session: then the session is kept whole. */
export function covers({ companyId, target }: Hold, session: HoldableSession): boolean {
  if (companyId !== session.companyId) return false;
  if (target.kind === 'session') return target.sessionId === session.sessionId;
  if (target.kind === 'user' && target.userId !== session.userId) return false;
  const { fromMs, toMs } = target;
  const endsBefore =
    fromMs !== null && session.endedAtMs !== null && session.endedAtMs + TOLERANCE_MS < fromMs;
  const beginsAfter = toMs !== null && session.startedAtMs - TOLERANCE_MS >= toMs;
  return !endsBefore && !beginsAfter;
}

/** Whether any hold that stands covers the session. */
export const isHeld = (session: HoldableSession, holds: readonly Hold[]): boolean =>
  holds.some((hold) => hold.released === null && covers(hold, session));
