import { randomUUID } from 'node:crypto';
import { mediaEndMs, subtract, union, type Interval, type StreamingEndReason } from '@sightline/shared';
import type { Database } from './database.ts';
import { readHoles } from './holes.ts';
import type { Schema } from './schema.ts';
import type { StoredPiece } from './pieces.ts';

/** A session that is to get back what is missing of it. */
export interface HealingTarget {
  sessionId: string;
  companyId: string;
  deviceId: string;
  userId: string;
  userName: string;
  hostName: string;
  startedAtMs: number;
  /** Null: it runs. */
  endedAtMs: number | null;
  endReason: StreamingEndReason | null;
  /** When the next session of the device began; null: it is its newest. */
  nextStartMs: number | null;
  /** Who recorded of it, the latest first. */
  recorderIds: readonly string[];
  trackIds: readonly string[];
}

/** What is on record of one run of a track. */
export interface RecordedStretch {
  runId: string;
  source: 'live' | 'healed';
  startedAtMs: number;
  /** Null: it flows, and more is to come. */
  endedAtMs: number | null;
  /** Where its segments are, but for what is lost at their ends, also where media was deleted lawfully. In order. */
  segments: readonly Interval[];
}

/** What healing needs to know of a session's recording, and what it changes of it. */
export interface HealingRepository {
  /** Undefined if there is none, or if it belongs to no device. */
  findTarget(sessionId: string): Promise<HealingTarget | undefined>;
  /** @param sinceMs without segments that ended before: of the thousands of a long session few matter to a piece */
  listStretches(sessionId: string, trackId: string, sinceMs?: number): Promise<RecordedStretch[]>;
  /**
   * When the user, or the policy, did not want the track to be recorded. That the user went on while the agent was out of
   * reach is known to the agent only: what it recorded then was wanted.
   */
  listUnwanted(sessionId: string, trackId: string): Promise<Interval[]>;
  /**
   * Moves the end of a session that was closed provisionally to a later moment; what is in between counts as
   * `reconnecting` until it is recorded. Nothing happens to one that runs, or whose end was meant.
   */
  extendSession(sessionId: string, endedAtMs: number): Promise<void>;
  /** Enters the run that the piece becomes. If another recorder had begun to make it, nothing of what that made counts. */
  addHealedRun(piece: StoredPiece, startedAtMs: number): Promise<void>;
}

/** Ends that were concluded from an absence: the user did not mean them. */
export const PROVISIONAL_ENDS: readonly StreamingEndReason[] = ['connection-lost', 'sfu-restart'];

/** The {@link HealingRepository} on a database. */
export function createHealingRepository(database: Database): HealingRepository {
  return {
    findTarget: (sessionId) => findTarget(database, sessionId),
    async listStretches(sessionId, trackId, sinceMs = 0) {
      const rows = await database
        .selectFrom('runs')
        .leftJoin('segments', (join) =>
          join
            .onRef('segments.run_id', '=', 'runs.run_id')
            .on((on) => on(on('start_ms', '+', on.ref('duration_ms')), '>=', sinceMs)),
        )
        .select(['runs.run_id', 'source', 'started_at_ms', 'ended_at_ms', 'start_ms', 'duration_ms', 'holes'])
        .where('session_id', '=', sessionId)
        .where('track_id', '=', trackId)
        .orderBy('started_at_ms')
        .orderBy('runs.run_id')
        .orderBy('segment_index')
        .execute();
      return [...Map.groupBy(rows, (row) => row.run_id)].flatMap(([runId, [first, ...more]]) =>
        first === undefined
          ? []
          : {
              runId,
              source: first.source,
              startedAtMs: first.started_at_ms,
              endedAtMs: first.ended_at_ms,
              segments: [first, ...more].flatMap(({ start_ms: startMs, duration_ms: durationMs, holes }) =>
                startMs === null || durationMs === null
                  ? []
                  : { fromMs: startMs, toMs: mediaEndMs({ startMs, durationMs, holes: readHoles(holes) }) },
              ),
            },
      );
    },
    async listUnwanted(sessionId, trackId) {
      const rows = await database
        .selectFrom('interruptions')
        .select(['reason', 'track_id', 'from_ms', 'to_ms'])
        .where('session_id', '=', sessionId)
        .where('reason', 'in', ['paused-by-user', 'policy-blackout', 'reconnecting'])
        .where((row) => row.or([row('track_id', 'is', null), row('track_id', '=', trackId)]))
        .execute();
      const timesOf = (wanted: (row: (typeof rows)[number]) => boolean): Interval[] =>
        union(
          rows
            .filter(wanted)
            .map((row) => ({ fromMs: row.from_ms, toMs: row.to_ms ?? Number.MAX_SAFE_INTEGER })),
        );
      const outOfReach = timesOf((row) => row.reason === 'reconnecting' && row.track_id === null);
      const paused = subtract(
        timesOf((row) => row.reason === 'paused-by-user'),
        outOfReach,
      );
      return union([...paused, ...timesOf((row) => row.reason === 'policy-blackout')]);
    },
    extendSession: (sessionId, endedAtMs) =>
      database.transaction().execute((transaction) => extend(transaction, sessionId, endedAtMs)),
    addHealedRun: (piece, startedAtMs) =>
      database.transaction().execute((transaction) => putHealedRun(transaction, piece, startedAtMs)),
  };
}

async function findTarget(database: Database, sessionId: string): Promise<HealingTarget | undefined> {
  const row = await database
    .selectFrom('sessions')
    .selectAll()
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  if (row === undefined || row.device_id === null) return undefined;
  const next = await database
    .selectFrom('sessions')
    .select(({ fn }) => fn.min<number | null>('started_at_ms').as('started_at_ms'))
    .where('device_id', '=', row.device_id)
    .where('started_at_ms', '>', row.started_at_ms)
    .executeTakeFirst();
  const runs = await database
    .selectFrom('runs')
    .select(({ fn }) => ['recorder_id', fn.max<number>('started_at_ms').as('latest_ms')])
    .where('session_id', '=', sessionId)
    .groupBy('recorder_id')
    .orderBy('latest_ms', 'desc')
    .execute();
  const tracks = await database
    .selectFrom('tracks')
    .select('track_id')
    .where('session_id', '=', sessionId)
    .execute();
  return {
    ...toSession(row),
    deviceId: row.device_id,
    nextStartMs: next?.started_at_ms ?? null,
    recorderIds: runs.flatMap((run) => run.recorder_id ?? []),
    trackIds: tracks.map((track) => track.track_id),
  };
}

const toSession = (row: Schema['sessions']) => ({
  sessionId: row.session_id,
  companyId: row.company_id,
  userId: row.user_id,
  userName: row.user_name,
  hostName: row.host_name,
  startedAtMs: row.started_at_ms,
  endedAtMs: row.ended_at_ms,
  endReason: row.end_reason,
});

async function putHealedRun(
  transaction: Database,
  { pieceId, sessionId, trackId, recorderId }: StoredPiece,
  startedAtMs: number,
): Promise<void> {
  const known = await transaction
    .selectFrom('runs')
    .select('recorder_id')
    .where('run_id', '=', pieceId)
    .executeTakeFirst();
  if (known?.recorder_id === recorderId) return;
  if (known !== undefined) {
    await transaction.deleteFrom('segments').where('run_id', '=', pieceId).execute();
    await transaction
      .updateTable('runs')
      .set({ recorder_id: recorderId })
      .where('run_id', '=', pieceId)
      .execute();
    return;
  }
  await transaction
    .insertInto('runs')
    .values({
      run_id: pieceId,
      session_id: sessionId,
      track_id: trackId,
      started_at_ms: startedAtMs,
      ended_at_ms: null,
      end_reason: null,
      source: 'healed',
      recorder_id: recorderId,
    })
    .execute();
}

async function extend(transaction: Database, sessionId: string, endedAtMs: number): Promise<void> {
  const before = await transaction
    .selectFrom('sessions')
    .select('ended_at_ms')
    .where('session_id', '=', sessionId)
    .where('end_reason', 'in', [...PROVISIONAL_ENDS])
    .where('ended_at_ms', '<', endedAtMs)
    .executeTakeFirst();
  if (before === undefined || before.ended_at_ms === null) return;
  // Nobody else moves an end that was set; if somebody did meanwhile, his interruption stands.
  const moved = await transaction
    .updateTable('sessions')
    .set({ ended_at_ms: endedAtMs })
    .where('session_id', '=', sessionId)
    .where('ended_at_ms', '=', before.ended_at_ms)
    .executeTakeFirst();
  if (Number(moved.numUpdatedRows) === 0) return;
  await transaction
    .insertInto('interruptions')
    .values({
      interruption_id: randomUUID(),
      session_id: sessionId,
      track_id: null,
      reason: 'reconnecting',
      from_ms: before.ended_at_ms,
      to_ms: endedAtMs,
    })
    .execute();
}
