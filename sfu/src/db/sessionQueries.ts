import type { RecordedRun } from '@sightline/shared';
import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely';
import type { Reach } from '../identity/authorise.ts';
import { inBatches } from './batches.ts';
import type { Database } from './database.ts';
import type { RecordingsRepository, StoredSession } from './recordings.ts';
import type { Schema } from './schema.ts';

/** The part of the recordings' repository that finds sessions, with what was recorded of them. */
export function sessionQueries(
  database: Database,
): Pick<RecordingsRepository, 'findOpenSession' | 'listSessions' | 'findSession'> {
  return {
    async findOpenSession(sessionId) {
      const row = await database
        .selectFrom('sessions')
        .selectAll()
        .where('session_id', '=', sessionId)
        .where('ended_at_ms', 'is', null)
        .executeTakeFirst();
      if (row === undefined || row.device_id === null) return undefined;
      return {
        sessionId: row.session_id,
        companyId: row.company_id,
        deviceId: row.device_id,
        userId: row.user_id,
        userName: row.user_name,
        hostName: row.host_name,
        startedAtMs: row.started_at_ms,
      };
    },
    async listSessions({ reach, companyId, deviceId, limit }) {
      const rows = await sessionRows(database)
        .where((row) => within(row, reach))
        .where((row) =>
          row.and([
            ...(companyId === undefined ? [] : [row('sessions.company_id', '=', companyId)]),
            ...(deviceId === undefined ? [] : [row('sessions.device_id', '=', deviceId)]),
          ]),
        )
        .orderBy('sessions.started_at_ms', 'desc')
        .orderBy('sessions.session_id')
        .limit(limit)
        .execute();
      return withTracks(database, rows);
    },
    async findSession(sessionId) {
      const rows = await sessionRows(database).where('sessions.session_id', '=', sessionId).execute();
      const [session] = await withTracks(database, rows);
      return session;
    },
  };
}

function sessionRows(database: Database) {
  return database
    .selectFrom('sessions')
    .leftJoin('devices', 'devices.device_id', 'sessions.device_id')
    .selectAll('sessions')
    .select('devices.group_id');
}

type SessionRow = Awaited<ReturnType<ReturnType<typeof sessionRows>['execute']>>[number];
type Joined = Pick<Schema, 'sessions'> & {
  devices: { [Column in keyof Schema['devices']]: Schema['devices'][Column] | null };
};

/** What `isWithin` says of one session, said of all of them. */
function within(
  row: ExpressionBuilder<Joined, 'sessions' | 'devices'>,
  reach: Reach,
): ExpressionWrapper<Joined, 'sessions' | 'devices', SqlBool> {
  if (reach.everywhere) return row.and([]);
  return row.or(
    [...reach.companies].map(([companyId, groups]) => {
      const ofCompany = row('sessions.company_id', '=', companyId);
      return groups === 'all'
        ? ofCompany
        : row.and([ofCompany, row.or([...groups].map((group) => row('devices.group_id', '=', group)))]);
    }),
  );
}

async function withTracks(database: Database, sessions: readonly SessionRow[]): Promise<StoredSession[]> {
  const found: StoredSession[] = [];
  for (const batch of inBatches(sessions, 1)) found.push(...(await batchWithTracks(database, batch)));
  return found;
}

async function batchWithTracks(
  database: Database,
  sessions: readonly SessionRow[],
): Promise<StoredSession[]> {
  const ids = sessions.map((session) => session.session_id);
  const tracks = await database
    .selectFrom('tracks')
    .selectAll()
    .where('session_id', 'in', ids)
    .orderBy('track_id')
    .execute();
  const tracksOf = Map.groupBy(tracks, (track) => track.session_id);
  const runsOf = Map.groupBy(await runRows(database, ids), trackKey);
  return sessions.map((row) => ({
    sessionId: row.session_id,
    companyId: row.company_id,
    deviceId: row.device_id,
    groupId: row.group_id,
    userId: row.user_id,
    userName: row.user_name,
    hostName: row.host_name,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    tracks: (tracksOf.get(row.session_id) ?? []).map((track) => ({
      trackId: track.track_id,
      label: track.label,
      runs: (runsOf.get(trackKey(track)) ?? []).map(toRun),
    })),
  }));
}

function trackKey(row: { session_id: string; track_id: string }): string {
  return JSON.stringify([row.session_id, row.track_id]);
}

function runRows(database: Database, sessionIds: readonly string[]) {
  return database
    .selectFrom('runs')
    .leftJoin('segments', 'segments.run_id', 'runs.run_id')
    .select(({ fn }) => [
      'runs.run_id',
      'runs.session_id',
      'runs.track_id',
      'runs.started_at_ms',
      'runs.ended_at_ms',
      'runs.end_reason',
      fn.sum<number | null>('segments.duration_ms').as('recorded_ms'),
      fn.sum<number | null>('segments.bytes').as('bytes'),
    ])
    .where('runs.session_id', 'in', sessionIds)
    .groupBy('runs.run_id')
    .orderBy('runs.started_at_ms')
    .orderBy('runs.run_id')
    .execute();
}

function toRun(row: Awaited<ReturnType<typeof runRows>>[number]): RecordedRun {
  return {
    runId: row.run_id,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    endReason: row.end_reason,
    recordedMs: row.recorded_ms ?? 0,
    bytes: row.bytes ?? 0,
  };
}
