import { setImmediate } from 'node:timers/promises';
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** By session, and in it by recorder, how many bytes of media are on record and not deleted. */
export type MediaSizes = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** A session has hundreds of segments an hour: this few keep the database, and on SQLite the process, busy for a moment only. */
const SESSIONS_AT_ONCE = 10;

/** Adds up what is kept for the sessions of these companies. Not in a transaction: it may take a while. */
export async function readMediaSizes(database: Database, companyIds: readonly string[]): Promise<MediaSizes> {
  const sizes = new Map<string, Map<string, number>>();
  const sessionIds = await sessionsWithMedia(database, companyIds);
  for (let start = 0; start < sessionIds.length; start += SESSIONS_AT_ONCE) {
    const rows = await database
      .selectFrom('runs')
      .innerJoin('segments', 'segments.run_id', 'runs.run_id')
      .select(({ fn }) => ['runs.session_id', 'runs.recorder_id', fn.sum<number>('bytes').as('bytes')])
      .where('runs.session_id', 'in', sessionIds.slice(start, start + SESSIONS_AT_ONCE))
      .where('runs.recorder_id', 'is not', null)
      .where('segments.deleted_at_ms', 'is', null)
      .groupBy(['runs.session_id', 'runs.recorder_id'])
      .execute();
    for (const { session_id: sessionId, recorder_id: recorderId, bytes } of rows) {
      if (recorderId === null) continue;
      const bytesAt = sizes.get(sessionId) ?? new Map<string, number>();
      sizes.set(sessionId, bytesAt.set(recorderId, bytes));
    }
    await setImmediate();
  }
  return sizes;
}

async function sessionsWithMedia(database: Database, companyIds: readonly string[]): Promise<string[]> {
  if (companyIds.length === 0) return [];
  const rows = await database
    .selectFrom('sessions')
    .innerJoin('runs', 'runs.session_id', 'sessions.session_id')
    .select('sessions.session_id')
    .distinct()
    .where('sessions.company_id', 'in', companyIds)
    .where(hasMedia)
    .execute();
  return rows.map((row) => row.session_id);
}

/**
 * Whether there may be media of a run's session at the run's recorder: not if its deletion there is done, and nothing was
 * added to it by an agent since. To look at all segments instead would take ever longer.
 */
export const hasMedia = (run: ExpressionBuilder<Schema, 'runs'>): Expression<SqlBool> =>
  run.and([
    run('runs.recorder_id', 'is not', null),
    run.not(
      run.exists(
        run
          .selectFrom('deletion_claims')
          .select('claim_id')
          .whereRef('deletion_claims.session_id', '=', 'runs.session_id')
          .whereRef('deletion_claims.recorder_id', '=', 'runs.recorder_id')
          .where('deletion_claims.deleted_at_ms', 'is not', null)
          .where((claim) =>
            claim.not(
              claim.exists(
                claim
                  .selectFrom('pieces')
                  .select('piece_id')
                  .whereRef('pieces.session_id', '=', 'deletion_claims.session_id')
                  .whereRef('pieces.changed_at_ms', '>', 'deletion_claims.deleted_at_ms'),
              ),
            ),
          ),
      ),
    ),
  ]);
