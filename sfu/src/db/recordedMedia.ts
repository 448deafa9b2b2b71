import type { ExportOrder, SessionLocation } from '@sightline/shared';
import { inBatches } from './batches.ts';
import type { Database } from './database.ts';

/** A track of a session, and who has media of it. */
export interface RecordedMedia extends SessionLocation {
  userName: string;
  /** The group its device is in now; null: in none. */
  groupId: string | null;
  trackId: string;
  /** How much of it each recorder has: ms by recorder's id. Empty: nothing is on record yet. */
  recordedMs: ReadonlyMap<string, number>;
}

/** Of one session, or of a user within [fromMs, toMs), across sessions; of one track or, if none is named, of all. */
export interface RecordedMediaFilter {
  from: ExportOrder['from'];
  companyId: string;
  trackId?: string;
  range: { fromMs: number; toMs: number };
}

/** What has been recorded, and where it is. */
export interface RecordedMediaRepository {
  /** In order of time. Of whatever group: the caller authorises. */
  find(filter: RecordedMediaFilter): Promise<RecordedMedia[]>;
}

/** The {@link RecordedMediaRepository} on a database. */
export function createRecordedMediaRepository(database: Database): RecordedMediaRepository {
  return {
    async find({ from, companyId, trackId, range }) {
      const rows = await database
        .selectFrom('sessions')
        .innerJoin('tracks', 'tracks.session_id', 'sessions.session_id')
        .leftJoin('devices', 'devices.device_id', 'sessions.device_id')
        .select([
          'sessions.session_id',
          'sessions.company_id',
          'sessions.user_id',
          'sessions.user_name',
          'sessions.started_at_ms',
          'tracks.track_id',
          'devices.group_id',
        ])
        .where('sessions.company_id', '=', companyId)
        .where((row) =>
          from.kind === 'session'
            ? row('sessions.session_id', '=', from.sessionId)
            : row('sessions.user_id', '=', from.userId),
        )
        .where('sessions.started_at_ms', '<', range.toMs)
        .where((row) =>
          row.or([row('sessions.ended_at_ms', 'is', null), row('sessions.ended_at_ms', '>', range.fromMs)]),
        )
        .$if(trackId !== undefined, (query) => query.where('tracks.track_id', '=', trackId ?? ''))
        .orderBy('sessions.started_at_ms')
        .orderBy('sessions.session_id')
        .orderBy('tracks.track_id')
        .execute();
      const sessionIds = [...new Set(rows.map((row) => row.session_id))];
      const held = Map.groupBy(await heldRows(database, sessionIds, range), keyOf);
      return rows.map((row) => ({
        companyId: row.company_id,
        userId: row.user_id,
        userName: row.user_name,
        sessionId: row.session_id,
        sessionStartedAtMs: row.started_at_ms,
        groupId: row.group_id,
        trackId: row.track_id,
        recordedMs: new Map(
          (held.get(keyOf(row)) ?? []).flatMap(({ recorder_id, recorded_ms }) =>
            recorder_id === null ? [] : [[recorder_id, Number(recorded_ms)]],
          ),
        ),
      }));
    },
  };
}

const keyOf = (row: { session_id: string; track_id: string }): string =>
  JSON.stringify([row.session_id, row.track_id]);

/** What recorders have of the tracks within the range. */
async function heldRows(
  database: Database,
  sessionIds: readonly string[],
  { fromMs, toMs }: RecordedMediaFilter['range'],
) {
  const found = [];
  for (const batch of inBatches(sessionIds, 1)) {
    found.push(
      ...(await database
        .selectFrom('runs')
        .innerJoin('segments', 'segments.run_id', 'runs.run_id')
        .select(({ fn }) => [
          'runs.session_id',
          'runs.track_id',
          'runs.recorder_id',
          fn.sum<number>('segments.duration_ms').as('recorded_ms'),
        ])
        .where('runs.session_id', 'in', [...batch])
        .where('segments.deleted_at_ms', 'is', null)
        .where('segments.start_ms', '<', toMs)
        .where((row) => row(row('segments.start_ms', '+', row.ref('segments.duration_ms')), '>', fromMs))
        .groupBy(['runs.session_id', 'runs.track_id', 'runs.recorder_id'])
        .execute()),
    );
  }
  return found;
}
