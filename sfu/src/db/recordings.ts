import type {
  RecordedRun,
  RecordedSession,
  RunEndReason,
  Segment,
  StreamingEndReason,
} from '@sightline/shared';
import type { Database } from './database.ts';

/** A session as it begins. */
export interface NewSession {
  sessionId: string;
  companyId: string;
  userId: string;
  userName: string;
  hostName: string;
  startedAtMs: number;
}

/** A run as it begins. */
export interface NewRun {
  runId: string;
  sessionId: string;
  trackId: string;
  label: string;
  startedAtMs: number;
}

/** What is known of sessions and their recordings. */
export interface RecordingsRepository {
  addSession(session: NewSession): Promise<void>;
  endSession(sessionId: string, endedAtMs: number, reason: StreamingEndReason): Promise<void>;
  addRun(run: NewRun): Promise<void>;
  /** Keeps the first end if the run has ended already. */
  endRun(runId: string, endedAtMs: number, reason: RunEndReason): Promise<void>;
  hasRun(runId: string): Promise<boolean>;
  /** Enters segments in one transaction; one that is known is replaced. */
  addSegments(segments: readonly { runId: string; segment: Segment }[]): Promise<void>;
  /** Ends what a server that did not shut down left open, at the last moment that is on record. */
  closeLeftovers(): Promise<{ sessions: number; runs: number }>;
  /** The company's sessions, the newest first. */
  listSessions(companyId: string, limit: number): Promise<RecordedSession[]>;
  /** A session of the company; undefined too if it is another's. */
  findSession(companyId: string, sessionId: string): Promise<RecordedSession | undefined>;
}

/** The {@link RecordingsRepository} on a database. */
export function createRecordingsRepository(database: Database): RecordingsRepository {
  const sessionRows = (companyId: string) =>
    database.selectFrom('sessions').selectAll().where('company_id', '=', companyId);

  const withTracks = async (rows: Awaited<ReturnType<ReturnType<typeof sessionRows>['execute']>>) => {
    const ids = rows.map((row) => row.session_id);
    if (ids.length === 0) return [];
    const tracks = await database.selectFrom('tracks').selectAll().where('session_id', 'in', ids).execute();
    const runs = await runRows(database, ids);
    return rows.map((row): RecordedSession => ({
      sessionId: row.session_id,
      companyId: row.company_id,
      userId: row.user_id,
      userName: row.user_name,
      hostName: row.host_name,
      startedAtMs: row.started_at_ms,
      endedAtMs: row.ended_at_ms,
      tracks: tracks
        .filter((track) => track.session_id === row.session_id)
        .map((track) => ({
          trackId: track.track_id,
          label: track.label,
          runs: runs
            .filter((run) => run.session_id === row.session_id && run.track_id === track.track_id)
            .map(toRun),
        })),
    }));
  };

  return {
    async addSession(session) {
      await database
        .insertInto('sessions')
        .values({
          session_id: session.sessionId,
          company_id: session.companyId,
          user_id: session.userId,
          user_name: session.userName,
          host_name: session.hostName,
          started_at_ms: session.startedAtMs,
          ended_at_ms: null,
          end_reason: null,
        })
        .execute();
    },
    async endSession(sessionId, endedAtMs, reason) {
      await database
        .updateTable('sessions')
        .set({ ended_at_ms: endedAtMs, end_reason: reason })
        .where('session_id', '=', sessionId)
        .where('ended_at_ms', 'is', null)
        .execute();
    },
    async addRun(run) {
      await database.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('tracks')
          .values({ session_id: run.sessionId, track_id: run.trackId, label: run.label })
          .onConflict((conflict) =>
            conflict.columns(['session_id', 'track_id']).doUpdateSet({ label: run.label }),
          )
          .execute();
        await transaction
          .insertInto('runs')
          .values({
            run_id: run.runId,
            session_id: run.sessionId,
            track_id: run.trackId,
            started_at_ms: run.startedAtMs,
            ended_at_ms: null,
            end_reason: null,
          })
          .execute();
      });
    },
    async endRun(runId, endedAtMs, reason) {
      await database
        .updateTable('runs')
        .set({ ended_at_ms: endedAtMs, end_reason: reason })
        .where('run_id', '=', runId)
        .where('ended_at_ms', 'is', null)
        .execute();
    },
    async hasRun(runId) {
      const row = await database
        .selectFrom('runs')
        .select('run_id')
        .where('run_id', '=', runId)
        .executeTakeFirst();
      return row !== undefined;
    },
    async addSegments(segments) {
      if (segments.length === 0) return;
      await database
        .insertInto('segments')
        .values(
          segments.map(({ runId, segment }) => ({
            run_id: runId,
            segment_index: segment.index,
            start_ms: segment.startMs,
            duration_ms: segment.durationMs,
            bytes: segment.bytes,
          })),
        )
        .onConflict((conflict) =>
          conflict.columns(['run_id', 'segment_index']).doUpdateSet((row) => ({
            start_ms: row.ref('excluded.start_ms'),
            duration_ms: row.ref('excluded.duration_ms'),
            bytes: row.ref('excluded.bytes'),
          })),
        )
        .execute();
    },
    closeLeftovers: () => closeLeftovers(database),
    async listSessions(companyId, limit) {
      return withTracks(await sessionRows(companyId).orderBy('started_at_ms', 'desc').limit(limit).execute());
    },
    async findSession(companyId, sessionId) {
      const [session] = await withTracks(
        await sessionRows(companyId).where('session_id', '=', sessionId).execute(),
      );
      return session;
    },
  };
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

async function closeLeftovers(database: Database): Promise<{ sessions: number; runs: number }> {
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
      .executeTakeFirst();
    return { sessions: Number(sessions.numUpdatedRows), runs: Number(runs.numUpdatedRows) };
  });
}
