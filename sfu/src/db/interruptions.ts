import type { MissingReason } from '@sightline/shared';
import type { Database } from './database.ts';

/** Why nothing could be recorded for a while. It explains what the media leaves open; it never proves that something was recorded. */
export interface Interruption {
  interruptionId: string;
  sessionId: string;
  /** Null: of all tracks. */
  trackId: string | null;
  reason: MissingReason;
  fromMs: number;
  /** Null: it lasts. */
  toMs: number | null;
}

/** The interruptions of sessions. */
export interface InterruptionsRepository {
  /** The session has to be on record. */
  add(interruption: Interruption): Promise<void>;
  /** Keeps the first end if it has ended already. */
  end(interruptionId: string, toMs: number): Promise<void>;
  /** In order of their beginning. */
  list(sessionId: string): Promise<Interruption[]>;
  /** Ends what a server that is gone left open: with its session, or at `toMs`. */
  endAll(toMs: number): Promise<void>;
}

/** The {@link InterruptionsRepository} on a database. */
export function createInterruptionsRepository(database: Database): InterruptionsRepository {
  return {
    async add({ interruptionId, sessionId, trackId, reason, fromMs, toMs }) {
      await database
        .insertInto('interruptions')
        .values({
          interruption_id: interruptionId,
          session_id: sessionId,
          track_id: trackId,
          reason,
          from_ms: fromMs,
          to_ms: toMs,
        })
        .execute();
    },
    async end(interruptionId, toMs) {
      await database
        .updateTable('interruptions')
        .set({ to_ms: toMs })
        .where('interruption_id', '=', interruptionId)
        .where('to_ms', 'is', null)
        .execute();
    },
    async list(sessionId) {
      const rows = await database
        .selectFrom('interruptions')
        .selectAll()
        .where('session_id', '=', sessionId)
        .orderBy('from_ms')
        .orderBy('interruption_id')
        .execute();
      return rows.map((row) => ({
        interruptionId: row.interruption_id,
        sessionId: row.session_id,
        trackId: row.track_id,
        reason: row.reason,
        fromMs: row.from_ms,
        toMs: row.to_ms,
      }));
    },
    async endAll(toMs) {
      await database
        .updateTable('interruptions')
        .set((update) => ({
          to_ms: update.fn.coalesce(
            update
              .selectFrom('sessions')
              .select('sessions.ended_at_ms')
              .whereRef('sessions.session_id', '=', 'interruptions.session_id'),
            update.val(toMs),
          ),
        }))
        .where('to_ms', 'is', null)
        .execute();
    },
  };
}
