import type { DeletionCause } from '@sightline/shared';
import type { CompanyToPrune, DeletionPlan, SessionToKeep } from '../db/deletions.ts';
import { isHeld } from './holdCover.ts';

/** Why a recorder asks what to delete. */
export type PruningCause = { cause: 'retention' } | { cause: 'disk-full'; bytesNeeded: number };

/** A session that nothing but its age keeps. */
type Loose = SessionToKeep & { endedAtMs: number };

/**
 * Chooses what a recorder is to delete. Never chosen is a session that runs, that waits for something from its agent,
 * that is younger than its company's minimum, or that any standing hold covers.
 *
 * By retention: what ended longer ago than the company's maximum age; then, oldest first, what it has beyond its maximum of bytes.
 * Because the disk is full: the oldest of what this recorder has, across companies, until `bytesNeeded` are free.
 */
export function planDeletions(
  companies: readonly CompanyToPrune[],
  pruning: PruningCause,
  recorderId: string,
  nowMs: number,
): DeletionPlan {
  const chosen =
    pruning.cause === 'retention'
      ? companies.flatMap((company) => byRetention(company, nowMs))
      : byPressure(companies, pruning.bytesNeeded, recorderId, nowMs);
  return chosen
    .filter(({ session }) => bytesOf(session, recorderId) !== undefined)
    .map(({ session, cause }) => ({ sessionId: session.sessionId, recorderId, cause }));
}

interface Choice {
  session: SessionToKeep;
  cause: DeletionCause;
}

function byRetention(company: CompanyToPrune, nowMs: number): Choice[] {
  const { maxAgeMs, maxBytes } = company.retention;
  const loose = looseSessions(company, nowMs);
  const tooOld = maxAgeMs === null ? [] : loose.filter(({ endedAtMs }) => nowMs - endedAtMs > maxAgeMs);
  const chosen: Choice[] = tooOld.map((session) => ({ session, cause: 'retention-age' }));
  if (maxBytes === null) return chosen;
  const gone = new Set<SessionToKeep>(tooOld);
  // What is held does not count: otherwise a large hold would push everything else out.
  let bytes = company.sessions
    .filter((session) => !gone.has(session) && !isHeld(session, company.holds))
    .reduce((sum, session) => sum + allBytes(session), 0);
  for (const session of loose) {
    if (bytes <= maxBytes) break;
    if (gone.has(session)) continue;
    chosen.push({ session, cause: 'retention-bytes' });
    bytes -= allBytes(session);
  }
  return chosen;
}

function byPressure(
  companies: readonly CompanyToPrune[],
  bytesNeeded: number,
  recorderId: string,
  nowMs: number,
): Choice[] {
  const oldestFirst = companies
    .flatMap((company) => looseSessions(company, nowMs))
    .filter((session) => bytesOf(session, recorderId) !== undefined)
    .sort((a, b) => a.startedAtMs - b.startedAtMs);
  const chosen: Choice[] = [];
  let bytes = 0;
  for (const session of oldestFirst) {
    if (bytes >= bytesNeeded) break;
    chosen.push({ session, cause: 'disk-full' });
    bytes += bytesOf(session, recorderId) ?? 0;
  }
  return chosen;
}

/** The sessions of a company that may go, the oldest first. */
function looseSessions({ sessions, holds, retention }: CompanyToPrune, nowMs: number): Loose[] {
  return sessions
    .filter(
      (session): session is Loose =>
        session.endedAtMs !== null &&
        !session.awaited &&
        nowMs - session.endedAtMs >= retention.minAgeMs &&
        !isHeld(session, holds),
    )
    .sort((a, b) => a.startedAtMs - b.startedAtMs);
}

const bytesOf = ({ bytesAt }: SessionToKeep, recorderId: string): number | undefined =>
  bytesAt.get(recorderId);

const allBytes = ({ bytesAt }: SessionToKeep): number =>
  [...bytesAt.values()].reduce((sum, bytes) => sum + bytes, 0);
