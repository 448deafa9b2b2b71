import { union, type ExportOrder, type Interval, type SessionLocation } from '@sightline/shared';
import { inBatches } from './batches.ts';
import type { Database } from './database.ts';

/** What a recorder has of a track within a range. */
export interface RecordedPart {
  recordedMs: number;
  /** When: from begin to end of each of its runs, without overlaps. */
  stretches: readonly Interval[];
}

/** A track of a session, and who has media of it. */
export interface RecordedMedia extends SessionLocation {
  userName: string;
  /** The group its device is in now; null: in none. */
  groupId: string | null;
  trackId: string;
  /** By recorder's id; of whoever ever had a segment of it. None is left where all was deleted, or lies outside the range. */
  byRecorder: ReadonlyMap<string, RecordedPart>;
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
      const runs = Map.groupBy(await partRows(database, sessionIds, range), keyOf);
      return rows.map((row) => ({
        companyId: row.company_id,
        userId: row.user_id,
        userName: row.user_name,
        sessionId: row.session_id,
        sessionStartedAtMs: row.started_at_ms,
        groupId: row.group_id,
        trackId: row.track_id,
        byRecorder: partsOf(runs.get(keyOf(row)) ?? [], range),
      }));
    },
  };
}

const keyOf = (row: { session_id: string; track_id: string }): string =>
  JSON.stringify([row.session_id, row.track_id]);

/** What recorders have of a track, of the runs of which these are. */
function partsOf(
  runs: Awaited<ReturnType<typeof partRows>>,
  range: RecordedMediaFilter['range'],
): Map<string, RecordedPart> {
  const parts = new Map<string, RecordedPart>();
  for (const { recorder_id, recorded_ms, from_ms, to_ms } of runs) {
    if (recorder_id === null) continue;
    const known = parts.get(recorder_id) ?? { recordedMs: 0, stretches: [] };
    const run = {
      fromMs: Math.max(Number(from_ms ?? 0), range.fromMs),
      toMs: Math.min(Number(to_ms ?? 0), range.toMs),
    };
    parts.set(recorder_id, {
      recordedMs: known.recordedMs + Number(recorded_ms ?? 0),
      stretches: union([...known.stretches, run]),
    });
  }
  return parts;
}

/** What there is of each run of the tracks within the range. */
async function partRows(
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
        .select((row) => {
          const endMs = row('segments.start_ms', '+', row.ref('segments.duration_ms'));
          const isWanted = row.and([
            row('segments.deleted_at_ms', 'is', null),
            row('segments.start_ms', '<', toMs),
            row(endMs, '>', fromMs),
          ]);
          return [
            'runs.session_id',
            'runs.track_id',
            'runs.recorder_id',
            row.fn.sum<number | null>('segments.duration_ms').filterWhere(isWanted).as('recorded_ms'),
            row.fn.min<number | null>('segments.start_ms').filterWhere(isWanted).as('from_ms'),
            row.fn.max<number | null>(endMs).filterWhere(isWanted).as('to_ms'),
          ];
        })
        .where('runs.session_id', 'in', [...batch])
        .groupBy(['runs.run_id', 'runs.session_id', 'runs.track_id', 'runs.recorder_id'])
        .execute()),
    );
  }
  return found;
}
