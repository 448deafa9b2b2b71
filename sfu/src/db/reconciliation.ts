import type { RunEndReason, SessionLocation } from '@sightline/shared';
import { inBatches } from './batches.ts';
import { lockCompanies } from './companyLock.ts';
import type { Database } from './database.ts';

/** A run as a recorder has it on disk. */
export interface RunOnDisk {
  runId: string;
  segments: number;
  bytes: number;
}

/** What a recorder says it has, of the sessions that started in a stretch of time. */
export interface DiskReport {
  recorderId: string;
  fromMs: number;
  /** Null: up to now. */
  toMs: number | null;
  sessions: readonly (SessionLocation & { runs: readonly RunOnDisk[] })[];
}

/** How disk and record differ. */
export interface Differences {
  announceAgain: { sessionId: string; runId: string }[];
  unknownSessions: string[];
  missing: { sessionId: string; runId: string; segments: number }[];
}

/** A session as its manifest tells of it. */
export interface FoundSession extends SessionLocation {
  userName: string;
  hostName: string;
  endedAtMs: number;
  runs: readonly {
    runId: string;
    trackId: string;
    label: string;
    source: 'live' | 'healed';
    startedAtMs: number;
    endedAtMs: number;
    endReason: RunEndReason;
  }[];
}

/** Compares what recorders have with what is on record, and mends the record. */
export interface ReconciliationRepository {
  compare(report: DiskReport): Promise<Differences>;
  /** How many segments of these runs are on record, deleted ones too. */
  countSegments(runIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Enters what is not on record of a session and its runs. `unknown-company`, or `other-session`: another user's session
   * has this id.
   */
  enter(recorderId: string, found: FoundSession): Promise<'entered' | 'unknown-company' | 'other-session'>;
  /** Forgets the segments of a run that are not on disk. Undefined: this recorder has no such run. */
  drop(
    recorderId: string,
    runId: string,
    onDisk: readonly number[],
  ): Promise<{ companyId: string; sessionId: string; dropped: number } | undefined>;
}

/** The {@link ReconciliationRepository} on a database. */
export function createReconciliationRepository(database: Database): ReconciliationRepository {
  return {
    compare: (report) => compare(database, report),
    async countSegments(runIds) {
      const counts = new Map<string, number>();
      for (const batch of inBatches(runIds, 1)) {
        const rows = await database
          .selectFrom('segments')
          .select(({ fn }) => ['run_id', fn.countAll<number>().as('segments')])
          .where('run_id', 'in', batch)
          .groupBy('run_id')
          .execute();
        for (const row of rows) counts.set(row.run_id, row.segments);
      }
      return counts;
    },
    enter: (recorderId, found) =>
      database.transaction().execute(async (transaction) => {
        await lockCompanies(transaction, [found.companyId]);
        const company = await transaction
          .selectFrom('companies')
          .select('company_id')
          .where('company_id', '=', found.companyId)
          .executeTakeFirst();
        if (company === undefined) return 'unknown-company';
        const [known] = await sessionsOf(transaction, [found.sessionId]);
        if (known === undefined) await insertSession(transaction, found);
        else if (!isSame(known, found)) return 'other-session';
        await insertRuns(transaction, recorderId, found);
        return 'entered';
      }),
    drop: (recorderId, runId, onDisk) =>
      database.transaction().execute(async (transaction) => {
        const run = await transaction
          .selectFrom('runs')
          .innerJoin('sessions', 'sessions.session_id', 'runs.session_id')
          .select(['sessions.company_id', 'sessions.session_id'])
          .where('run_id', '=', runId)
          .where('recorder_id', '=', recorderId)
          .executeTakeFirst();
        if (run === undefined) return undefined;
        const { numDeletedRows } = await transaction
          .deleteFrom('segments')
          .where('run_id', '=', runId)
          .where('deleted_at_ms', 'is', null)
          .$if(onDisk.length > 0, (query) => query.where('segment_index', 'not in', [...onDisk]))
          .executeTakeFirst();
        return { companyId: run.company_id, sessionId: run.session_id, dropped: Number(numDeletedRows) };
      }),
  };
}

async function compare(database: Database, report: DiskReport): Promise<Differences> {
  const { recorderId, sessions } = report;
  const named = new Map(
    sessions.flatMap(({ sessionId, runs }) => runs.map((run) => [run.runId, { ...run, sessionId }] as const)),
  );
  const known = new Map(
    (
      await sessionsOf(
        database,
        sessions.map(({ sessionId }) => sessionId),
      )
    ).map((row) => [row.session_id, row]),
  );
  const recorded = new Map(
    (await recordedRuns(database, report, [...named.keys()])).map((row) => [row.run_id, row]),
  );
  await takeUnassigned(database, recorderId, [...recorded.values()]);

  const isKnown = (session: (typeof sessions)[number]): boolean => {
    const row = known.get(session.sessionId);
    return (
      row !== undefined && isSame(row, session) && session.runs.every(({ runId }) => recorded.has(runId))
    );
  };
  const unknownSessions = sessions.filter((session) => !isKnown(session)).map(({ sessionId }) => sessionId);
  const announceAgain: Differences['announceAgain'] = [];
  const missing: Differences['missing'] = [];
  for (const { runId, sessionId, segments, bytes } of named.values()) {
    const row = recorded.get(runId);
    if (row === undefined || unknownSessions.includes(sessionId)) continue;
    // A piece that another recorder has healed since: what this one made of it does not count.
    if (row.recorder_id !== null && row.recorder_id !== recorderId) continue;
    const isLess = row.segments < segments || (row.segments === segments && (row.bytes ?? 0) !== bytes);
    if (isLess) announceAgain.push({ sessionId, runId });
  }
  for (const row of recorded.values()) {
    const lacking = row.segments - (named.get(row.run_id)?.segments ?? 0);
    if (lacking > 0 && row.ended_at_ms !== null && row.recorder_id === recorderId)
      missing.push({ sessionId: row.session_id, runId: row.run_id, segments: lacking });
  }
  return { announceAgain, unknownSessions, missing };
}

const sessionsOf = (database: Database, sessionIds: readonly string[]) =>
  sessionIds.length === 0
    ? Promise.resolve([])
    : database
        .selectFrom('sessions')
        .select(['session_id', 'company_id', 'user_id', 'started_at_ms'])
        .where('session_id', 'in', sessionIds)
        .execute();

type SessionRow = Awaited<ReturnType<typeof sessionsOf>>[number];

const isSame = (row: SessionRow, found: SessionLocation): boolean =>
  row.company_id === found.companyId &&
  row.user_id === found.userId &&
  row.started_at_ms === found.sessionStartedAtMs;

/** The runs that are named, and those of the recorder's sessions of that time, with what is on record and not deleted. */
function recordedRuns(
  database: Database,
  { recorderId, fromMs, toMs }: DiskReport,
  runIds: readonly string[],
) {
  return database
    .selectFrom('runs')
    .innerJoin('sessions', 'sessions.session_id', 'runs.session_id')
    .leftJoin('segments', (join) =>
      join.onRef('segments.run_id', '=', 'runs.run_id').on('segments.deleted_at_ms', 'is', null),
    )
    .select(({ fn }) => [
      'runs.run_id',
      'runs.session_id',
      'runs.recorder_id',
      'runs.ended_at_ms',
      fn.count<number>('segments.segment_index').as('segments'),
      fn.sum<number | null>('segments.bytes').as('bytes'),
    ])
    .where((row) =>
      row.or([
        ...(runIds.length === 0 ? [] : [row('runs.run_id', 'in', runIds)]),
        row.and([
          row('runs.recorder_id', '=', recorderId),
          row('sessions.started_at_ms', '>=', fromMs),
          ...(toMs === null ? [] : [row('sessions.started_at_ms', '<', toMs)]),
        ]),
      ]),
    )
    .groupBy(['runs.run_id', 'runs.session_id', 'runs.recorder_id', 'runs.ended_at_ms'])
    .execute();
}

/** A run of which it was never noted who took it is with who has it. */
async function takeUnassigned(
  database: Database,
  recorderId: string,
  rows: readonly { run_id: string; recorder_id: string | null }[],
): Promise<void> {
  const runIds = rows.filter((row) => row.recorder_id === null).map((row) => row.run_id);
  if (runIds.length === 0) return;
  await database
    .updateTable('runs')
    .set({ recorder_id: recorderId })
    .where('run_id', 'in', runIds)
    .where('recorder_id', 'is', null)
    .execute();
}

async function insertSession(transaction: Database, found: FoundSession): Promise<void> {
  await transaction
    .insertInto('sessions')
    .values({
      session_id: found.sessionId,
      company_id: found.companyId,
      device_id: null,
      user_id: found.userId,
      user_name: found.userName,
      host_name: found.hostName,
      started_at_ms: found.sessionStartedAtMs,
      ended_at_ms: found.endedAtMs,
      end_reason: null,
    })
    .execute();
}

async function insertRuns(transaction: Database, recorderId: string, found: FoundSession): Promise<void> {
  const { sessionId } = found;
  for (const run of found.runs) {
    await transaction
      .insertInto('tracks')
      .values({ session_id: sessionId, track_id: run.trackId, label: run.label })
      .onConflict((conflict) => conflict.columns(['session_id', 'track_id']).doNothing())
      .execute();
    await transaction
      .insertInto('runs')
      .values({
        run_id: run.runId,
        session_id: sessionId,
        track_id: run.trackId,
        started_at_ms: run.startedAtMs,
        ended_at_ms: run.endedAtMs,
        end_reason: run.endReason,
        source: run.source,
        recorder_id: recorderId,
      })
      .onConflict((conflict) => conflict.column('run_id').doNothing())
      .execute();
  }
}
