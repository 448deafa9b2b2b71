import { ProtocolError, type Segment } from '@sightline/shared';
import type { DiskReport, FoundSession, ReconciliationRepository } from '../db/reconciliation.ts';
import type { RecordingsRepository } from '../db/recordings.ts';
import type { Reconciliation } from './reconciliation.ts';

/** A session as it was found on disk, with how many segments its runs have. */
export interface SessionOnDisk extends FoundSession {
  runs: readonly (FoundSession['runs'][number] & { segments: number })[];
}

/** What a recorder's disk holds. */
export interface DiskContents {
  recorderId: string;
  sessions: readonly SessionOnDisk[];
  /** Which segments a run has: of all runs they are more than fit into memory. */
  readSegments: (session: SessionOnDisk, runId: string) => Promise<readonly Segment[]>;
  /** The sessions cut into stretches of time that together are all of it. */
  reports: readonly DiskReport[];
  /** Runs that are recorded now, or whose recorder still has something to say of them: they are left alone. */
  openRuns: ReadonlySet<string>;
}

/** What was done, or would be. */
export interface ReindexOutcome {
  /** False: more would be dropped than added, and nobody has said that this is right. */
  done: boolean;
  enteredSessions: number;
  addedSegments: number;
  droppedSegments: number;
  /** Sessions that could not be entered, and why. */
  refused: string[];
}

/** What {@link reindex} needs. */
export interface ReindexDeps {
  reconciliation: Reconciliation;
  repository: Pick<ReconciliationRepository, 'countSegments'>;
  recordings: Pick<RecordingsRepository, 'addSegments'>;
}

/**
 * Rebuilds the record of what a recorder has from its disk. A disk that is not mounted looks like one that is empty:
 * more is not dropped than is added, unless `confirmedDrops` is exactly what would be dropped.
 */
export async function reindex(
  deps: ReindexDeps,
  { recorderId, sessions, readSegments, reports, openRuns }: DiskContents,
  confirmedDrops: number | undefined,
): Promise<ReindexOutcome> {
  const runs = new Map(
    sessions.flatMap((session) => session.runs.map((run) => [run.runId, { ...run, session }] as const)),
  );
  const segmentsOf = async (runId: string): Promise<readonly Segment[]> => {
    const run = runs.get(runId);
    return run === undefined ? [] : readSegments(run.session, runId);
  };
  const unknown = new Set<string>();
  const incomplete = new Set<string>();
  const missing = new Map<string, number>();
  for (const report of reports) {
    const differences = await deps.reconciliation.compare(report);
    for (const sessionId of differences.unknownSessions) unknown.add(sessionId);
    for (const { runId } of differences.announceAgain) incomplete.add(runId);
    for (const { runId, segments } of differences.missing)
      if (!openRuns.has(runId)) missing.set(runId, segments);
  }
  const toEnter = sessions.filter(({ sessionId }) => unknown.has(sessionId));
  for (const { runId } of toEnter.flatMap((session) => session.runs)) incomplete.add(runId);
  const toAdd = [...incomplete].filter((runId) => !openRuns.has(runId));
  const known = await deps.repository.countSegments(toAdd);
  const outcome: ReindexOutcome = {
    done: false,
    enteredSessions: toEnter.length,
    addedSegments: sum(toAdd.map((runId) => (runs.get(runId)?.segments ?? 0) - (known.get(runId) ?? 0))),
    droppedSegments: sum([...missing.values()]),
    refused: [],
  };
  const { addedSegments, droppedSegments } = outcome;
  if (droppedSegments > addedSegments && droppedSegments !== confirmedDrops) return outcome;

  const refusedRuns = new Set<string>();
  for (const session of toEnter) {
    try {
      await deps.reconciliation.enter(recorderId, session);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      outcome.refused.push(error.message);
      for (const { runId } of session.runs) refusedRuns.add(runId);
    }
  }
  for (const runId of toAdd) {
    if (refusedRuns.has(runId)) continue;
    const segments = await segmentsOf(runId);
    await deps.recordings.addSegments(segments.map((segment) => ({ runId, segment })));
  }
  for (const runId of missing.keys()) {
    const onDisk = (await segmentsOf(runId)).map(({ index }) => index);
    await deps.reconciliation.drop(recorderId, runId, onDisk);
  }
  return { ...outcome, done: true, enteredSessions: toEnter.length - outcome.refused.length };
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, one) => total + Math.max(0, one), 0);
