import type { SessionLocation, TrackRecord } from '@sightline/shared';
import type { Database } from './database.ts';
import { readHoles } from './holes.ts';
import { createInterruptionsRepository } from './interruptions.ts';

/** A session that has ended, and a recorder that has media of it and not its final ledger. */
export interface OpenClosing {
  sessionId: string;
  recorderId: string;
}

/** All that the ledgers of a session are made of. */
export interface SessionRecord extends SessionLocation {
  groupId: string | null;
  /** Null: it runs. */
  endedAtMs: number | null;
  tracks: (TrackRecord & { trackId: string; label: string })[];
}

/** What ledgers are made of, and who has been told of them. */
export interface LedgerRecordsRepository {
  /** @param latestSegments of each run no more than these. */
  find(sessionId: string, latestSegments?: number): Promise<SessionRecord | undefined>;
  /** Sessions that run, the newest first. */
  running(): Promise<string[]>;
  /** The sessions of a device that have a part in common with an interval. */
  sessionsDuring(
    deviceId: string,
    during: { fromMs: number; toMs: number },
  ): Promise<{ sessionId: string; startedAtMs: number; endedAtMs: number | null }[]>;
  /**
   * Who has to be told the ledger of which session: all who have media of one that has ended and were never told, or
   * before it was extended or healed.
   *
   * @param sessionId of this session only.
   */
  openClosings(sessionId?: string): Promise<OpenClosing[]>;
  /** The recorder has entered the ledger up to `endedAtMs` into its manifest. */
  closed(closing: OpenClosing, endedAtMs: number, atMs: number): Promise<void>;
  /** What was told of the session is not all of it any more. */
  reopen(sessionId: string): Promise<void>;
  /** The session of a run if it has ended. */
  endedSessionOf(runId: string): Promise<string | undefined>;
}

/** The {@link LedgerRecordsRepository} on a database. */
export function createLedgerRecordsRepository(database: Database): LedgerRecordsRepository {
  return {
    find: (sessionId, latestSegments) => findRecord(database, sessionId, latestSegments),
    async running() {
      const rows = await database
        .selectFrom('sessions')
        .select('session_id')
        .where('ended_at_ms', 'is', null)
        .orderBy('started_at_ms', 'desc')
        .execute();
      return rows.map((row) => row.session_id);
    },
    async sessionsDuring(deviceId, { fromMs, toMs }) {
      const rows = await database
        .selectFrom('sessions')
        .select(['session_id', 'started_at_ms', 'ended_at_ms'])
        .where('device_id', '=', deviceId)
        .where('started_at_ms', '<', toMs)
        .where((row) => row.or([row('ended_at_ms', 'is', null), row('ended_at_ms', '>', fromMs)]))
        .execute();
      return rows.map((row) => ({
        sessionId: row.session_id,
        startedAtMs: row.started_at_ms,
        endedAtMs: row.ended_at_ms,
      }));
    },
    async openClosings(sessionId) {
      const rows = await database
        .selectFrom('runs')
        .innerJoin('sessions', 'sessions.session_id', 'runs.session_id')
        .leftJoin('ledger_closings as closing', (join) =>
          join
            .onRef('closing.session_id', '=', 'runs.session_id')
            .onRef('closing.recorder_id', '=', 'runs.recorder_id')
            .onRef('closing.ended_at_ms', '=', 'sessions.ended_at_ms'),
        )
        .select(['runs.session_id', 'runs.recorder_id'])
        .distinct()
        .where('sessions.ended_at_ms', 'is not', null)
        .$if(sessionId !== undefined, (query) => query.where('runs.session_id', '=', sessionId ?? ''))
        .where((row) =>
          row.or([
            row('closing.closed_at_ms', 'is', null),
            row.exists(
              row
                .selectFrom('pieces')
                .select('pieces.piece_id')
                .whereRef('pieces.session_id', '=', 'runs.session_id')
                .whereRef('pieces.changed_at_ms', '>', 'closing.closed_at_ms'),
            ),
          ]),
        )
        .execute();
      return rows.flatMap(({ session_id: sessionId, recorder_id: recorderId }) =>
        recorderId === null ? [] : [{ sessionId, recorderId }],
      );
    },
    async closed({ sessionId, recorderId }, endedAtMs, atMs) {
      const times = { ended_at_ms: endedAtMs, closed_at_ms: atMs };
      await database
        .insertInto('ledger_closings')
        .values({ session_id: sessionId, recorder_id: recorderId, ...times })
        .onConflict((conflict) => conflict.columns(['session_id', 'recorder_id']).doUpdateSet(times))
        .execute();
    },
    async reopen(sessionId) {
      await database.deleteFrom('ledger_closings').where('session_id', '=', sessionId).execute();
    },
    async endedSessionOf(runId) {
      const row = await database
        .selectFrom('runs')
        .innerJoin('sessions', 'sessions.session_id', 'runs.session_id')
        .select('runs.session_id')
        .where('runs.run_id', '=', runId)
        .where('sessions.ended_at_ms', 'is not', null)
        .executeTakeFirst();
      return row?.session_id;
    },
  };
}

async function findRecord(
  database: Database,
  sessionId: string,
  latestSegments?: number,
): Promise<SessionRecord | undefined> {
  const session = await database
    .selectFrom('sessions')
    .leftJoin('devices', 'devices.device_id', 'sessions.device_id')
    .selectAll('sessions')
    .select('devices.group_id')
    .where('sessions.session_id', '=', sessionId)
    .executeTakeFirst();
  if (session === undefined) return undefined;
  const tracks = await database
    .selectFrom('tracks')
    .selectAll()
    .where('session_id', '=', sessionId)
    .orderBy('track_id')
    .execute();
  const runs = await database.selectFrom('runs').selectAll().where('session_id', '=', sessionId).execute();
  const segmentsOf = Map.groupBy(
    await segmentsOfSession(database, sessionId, latestSegments),
    ({ trackId }) => trackId,
  );
  const interruptions = await createInterruptionsRepository(database).list(sessionId);
  const awaited = await database
    .selectFrom('pieces')
    .select(['track_id', 'from_ms', 'to_ms'])
    .where('session_id', '=', sessionId)
    .where('state', 'in', ['offered', 'uploaded'])
    .execute();
  return {
    sessionId,
    companyId: session.company_id,
    userId: session.user_id,
    groupId: session.group_id,
    sessionStartedAtMs: session.started_at_ms,
    endedAtMs: session.ended_at_ms,
    tracks: tracks.map(({ track_id: trackId, label }) => ({
      trackId,
      label,
      segments: (segmentsOf.get(trackId) ?? []).map(({ segment }) => segment),
      runs: runs
        .filter((run) => run.track_id === trackId && run.source === 'live')
        .map((run) => ({
          runId: run.run_id,
          startedAtMs: run.started_at_ms,
          endedAtMs: run.ended_at_ms,
          endReason: run.end_reason,
        })),
      interruptions: interruptions.filter((one) => one.trackId === null || one.trackId === trackId),
      awaited: awaited
        .filter((piece) => piece.track_id === trackId)
        .map((piece) => ({ fromMs: piece.from_ms, toMs: piece.to_ms })),
    })),
  };
}

async function segmentsOfSession(database: Database, sessionId: string, latestSegments?: number) {
  const rows = await database
    .selectFrom('segments')
    .innerJoin('runs', 'runs.run_id', 'segments.run_id')
    .select([
      'runs.track_id',
      'runs.source',
      'segments.run_id',
      'segments.start_ms',
      'segments.duration_ms',
      'segments.holes',
      'segments.deleted_at_ms',
    ])
    .where('runs.session_id', '=', sessionId)
    .$if(latestSegments !== undefined, (query) =>
      query.where('segments.segment_index', '>', (row) =>
        row
          .selectFrom('segments as newest')
          .whereRef('newest.run_id', '=', 'runs.run_id')
          .select((newest) =>
            newest(newest.fn.max('newest.segment_index'), '-', newest.val(latestSegments ?? 0)).as('before'),
          ),
      ),
    )
    .execute();
  return rows.map((row) => ({
    trackId: row.track_id,
    segment: {
      runId: row.run_id,
      startMs: row.start_ms,
      durationMs: row.duration_ms,
      holes: readHoles(row.holes),
      source: row.source,
      deleted: row.deleted_at_ms !== null,
    },
  }));
}
