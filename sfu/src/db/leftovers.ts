import type { Database } from './database.ts';

/** See {@link RecordingsRepository.closeLeftovers}. */
export async function closeLeftovers(database: Database): Promise<{ sessions: number; runs: number }> {
  return database.transaction().execute(async (transaction) => {
    const runs = await transaction
      .updateTable('runs')
      .set((update) => ({
        end_reason: 'recorder-lost' as const,
        ended_at_ms: update.fn.coalesce(
          update
            .selectFrom('segments')
            .select((row) => row.fn.max<number>(row('start_ms', '+', row.ref('duration_ms'))).as('end_ms'))
            .whereRef('segments.run_id', '=', 'runs.run_id'),
          update.ref('runs.started_at_ms'),
        ),
      }))
      .where('ended_at_ms', 'is', null)
      .where('source', '=', 'live')
      .executeTakeFirst();
    const sessions = await transaction
      .updateTable('sessions')
      .set((update) => ({
        end_reason: 'sfu-restart' as const,
        ended_at_ms: update.fn.coalesce(
          update
            .selectFrom('runs')
            .select((row) => row.fn.max<number>('runs.ended_at_ms').as('end_ms'))
            .whereRef('runs.session_id', '=', 'sessions.session_id'),
          update.ref('sessions.started_at_ms'),
        ),
      }))
      .where('ended_at_ms', 'is', null)
      .where((row) =>
        row.not(
          row.exists(
            row
              .selectFrom('connections')
              .innerJoin('devices', 'devices.device_id', 'connections.device_id')
              .select('connections.device_id')
              .whereRef('connections.session_id', '=', 'sessions.session_id')
              .where('devices.revoked_at_ms', 'is', null),
          ),
        ),
      )
      .executeTakeFirst();
    return { sessions: Number(sessions.numUpdatedRows), runs: Number(runs.numUpdatedRows) };
  });
}
