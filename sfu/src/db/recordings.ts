import type { RecordedSession, RunEndReason, Segment, StreamingEndReason } from '@sightline/shared';
import type { Reach } from '../identity/authorise.ts';
import { inBatches } from './batches.ts';
import type { Database } from './database.ts';
import { closeLeftovers } from './leftovers.ts';
import { sessionQueries } from './sessionQueries.ts';

/** A session as it begins. */
export interface NewSession {
  sessionId: string;
  companyId: string;
  deviceId: string;
  userId: string;
  userName: string;
  hostName: string;
  startedAtMs: number;
}

/** A session with what decides who may see it. */
export interface StoredSession extends RecordedSession {
  /** Null for sessions from before there were devices. */
  deviceId: string | null;
  /** The group its device is in now; null: in none. */
  groupId: string | null;
}

/** Which sessions are wanted. */
export interface SessionFilter {
  /** Only what lies within. */
  reach: Reach;
  companyId?: string;
  deviceId?: string;
  limit: number;
}

/** A run as it begins. */
export interface NewRun {
  runId: string;
  sessionId: string;
  trackId: string;
  label: string;
  startedAtMs: number;
  /** `healed`: what an agent recorded itself; the run has the id of its piece. */
  source: 'live' | 'healed';
  /** Who has its media; nobody any more if it was not known. */
  recorderId?: string;
}

/** What is known of sessions and their recordings. */
export interface RecordingsRepository {
  addSession(session: NewSession): Promise<void>;
  endSession(sessionId: string, endedAtMs: number, reason: StreamingEndReason): Promise<void>;
  /** Nothing happens if it is there. */
  addTrack(sessionId: string, trackId: string, label: string): Promise<void>;
  /** Its track too. */
  addRun(run: NewRun): Promise<void>;
  /** Keeps the first end if the run has ended already. */
  endRun(runId: string, endedAtMs: number, reason: RunEndReason): Promise<void>;
  /** @param recorderId and it is not another recorder's */
  hasRun(runId: string, recorderId?: string): Promise<boolean>;
  /** Enters segments in one transaction; one that is known is replaced. */
  addSegments(segments: readonly { runId: string; segment: Segment }[]): Promise<void>;
  /**
   * Ends what a server that did not shut down left open, at the last moment that is on record: all runs, and the
   * sessions but for those that the connection of a device names, for it may still come back.
   */
  closeLeftovers(): Promise<{ sessions: number; runs: number }>;
  /** A session to go on with; undefined if it has ended, or has no device. */
  findOpenSession(sessionId: string): Promise<NewSession | undefined>;
  /** The newest first. */
  listSessions(filter: SessionFilter): Promise<StoredSession[]>;
  /** Of any company: the caller authorises. */
  findSession(sessionId: string): Promise<StoredSession | undefined>;
}

/** The {@link RecordingsRepository} on a database. */
export function createRecordingsRepository(database: Database): RecordingsRepository {
  return {
    async addSession(session) {
      await database
        .insertInto('sessions')
        .values({
          session_id: session.sessionId,
          company_id: session.companyId,
          device_id: session.deviceId,
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
    async addTrack(sessionId, trackId, label) {
      await database
        .insertInto('tracks')
        .values({ session_id: sessionId, track_id: trackId, label })
        .onConflict((conflict) => conflict.columns(['session_id', 'track_id']).doNothing())
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
            source: run.source,
            recorder_id: run.recorderId ?? null,
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
    async hasRun(runId, recorderId) {
      const row = await database
        .selectFrom('runs')
        .select('run_id')
        .where('run_id', '=', runId)
        .$if(recorderId !== undefined, (query) =>
          query.where((run) =>
            run.or([run('recorder_id', 'is', null), run('recorder_id', '=', recorderId ?? '')]),
          ),
        )
        .executeTakeFirst();
      return row !== undefined;
    },
    addSegments: (segments) =>
      database.transaction().execute(async (transaction) => {
        for (const batch of inBatches(segments, 7)) await putSegments(transaction, batch);
      }),
    closeLeftovers: () => closeLeftovers(database),
    ...sessionQueries(database),
  };
}

async function putSegments(
  transaction: Database,
  batch: readonly { runId: string; segment: Segment }[],
): Promise<void> {
  await transaction
    .insertInto('segments')
    .values(
      batch.map(({ runId, segment }) => ({
        run_id: runId,
        segment_index: segment.index,
        start_ms: segment.startMs,
        duration_ms: segment.durationMs,
        bytes: segment.bytes,
        sha256: segment.sha256,
        holes: JSON.stringify(segment.holes),
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'segment_index']).doUpdateSet((row) => ({
        start_ms: row.ref('excluded.start_ms'),
        duration_ms: row.ref('excluded.duration_ms'),
        bytes: row.ref('excluded.bytes'),
        sha256: row.ref('excluded.sha256'),
        holes: row.ref('excluded.holes'),
      })),
    )
    .execute();
}
