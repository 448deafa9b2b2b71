import type { Hold, MediaHold } from '@sightline/shared';
import { covers, isHeld, type HoldableSession } from '../retention/holdCover.ts';
import { inBatches } from './batches.ts';
import type { Database } from './database.ts';
import { standingHolds } from './holds.ts';
import { hasMedia } from './mediaSizes.ts';

/** That a recorder has media of a session. */
export interface MediaAt {
  sessionId: string;
  recorderId: string;
}

/** Which media legal holds are about. */
export interface HeldMediaRepository {
  /** The media that a hold covers, whether it stands or not. */
  coveredBy(hold: Hold): Promise<MediaAt[]>;
  /** Whether sessions are held now; what is not on record is left out. */
  statesOf(sessionIds: readonly string[]): Promise<MediaHold[]>;
}

/** The {@link HeldMediaRepository} on a database. */
export function createHeldMediaRepository(database: Database): HeldMediaRepository {
  return {
    async coveredBy(hold) {
      const { companyId, target } = hold;
      const rows = await database
        .selectFrom('runs')
        .innerJoin('sessions', 'sessions.session_id', 'runs.session_id')
        .select([...SESSION, 'runs.recorder_id'])
        .distinct()
        .where('sessions.company_id', '=', companyId)
        .$if(target.kind === 'session', (query) =>
          query.where('sessions.session_id', '=', target.kind === 'session' ? target.sessionId : ''),
        )
        .$if(target.kind === 'user', (query) =>
          query.where('sessions.user_id', '=', target.kind === 'user' ? target.userId : ''),
        )
        .where(hasMedia)
        .execute();
      return rows.flatMap(({ recorder_id: recorderId, ...row }) =>
        recorderId !== null && covers(hold, toSession(row)) ? { sessionId: row.session_id, recorderId } : [],
      );
    },
    async statesOf(sessionIds) {
      const sessions: HoldableSession[] = [];
      for (const batch of inBatches(sessionIds, 1)) {
        const rows = await database
          .selectFrom('sessions')
          .select(SESSION)
          .where('session_id', 'in', batch)
          .execute();
        sessions.push(...rows.map(toSession));
      }
      const holds = await standingHolds(database, [...new Set(sessions.map(({ companyId }) => companyId))]);
      return sessions.map((session) => ({
        companyId: session.companyId,
        userId: session.userId,
        sessionId: session.sessionId,
        sessionStartedAtMs: session.startedAtMs,
        held: isHeld(session, holds),
      }));
    },
  };
}

const SESSION = [
  'sessions.session_id',
  'sessions.company_id',
  'sessions.user_id',
  'sessions.started_at_ms',
  'sessions.ended_at_ms',
] as const;

const toSession = (row: {
  session_id: string;
  company_id: string;
  user_id: string;
  started_at_ms: number;
  ended_at_ms: number | null;
}): HoldableSession => ({
  sessionId: row.session_id,
  companyId: row.company_id,
  userId: row.user_id,
  startedAtMs: row.started_at_ms,
  endedAtMs: row.ended_at_ms,
});
