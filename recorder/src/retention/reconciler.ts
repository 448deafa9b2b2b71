import type { recorderRequests, Requester, Segment, SessionLocation } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { codeOf } from '../store/fileErrors.ts';
import { diskReports } from './diskReports.ts';
import type { Inventory } from './inventory.ts';
import type { Problems } from './problems.ts';

/** What {@link reconcile} needs. */
export interface ReconcileDeps {
  takeInventory: () => Promise<Inventory>;
  /** The segments of a run that are on disk. */
  readSegments: (session: SessionLocation, runId: string) => Promise<Segment[]>;
  /** Whether it is known as held; undefined: that is of no use here. */
  isHeld: (session: SessionLocation) => boolean | undefined;
  request: Requester<typeof recorderRequests>;
  /** Runs that are recorded, or of which something is still to be announced. */
  openRuns: () => Promise<ReadonlySet<string>>;
  /** Announces the segments of a run, of which no more will come. Resolves when they are heard, or cannot be for now. */
  announce: (runId: string, segments: readonly Segment[]) => Promise<void>;
  /** Ends it before it is done. */
  signal: AbortSignal;
  problems: Problems;
  logger: Logger;
}

/**
 * Compares what is on disk with what is on record: announces again what the record lacks, and shows as a problem what
 * cannot be put right that way. Resolves with whether it could be compared.
 */
export async function reconcile(deps: ReconcileDeps): Promise<boolean> {
  const { problems, logger, signal } = deps;
  const unlessAborted = abortable(signal);
  try {
    // Looking takes its time: what was recorded during some of it differs for no other reason.
    const openBefore = await deps.openRuns();
    const { sessions, strange } = await deps.takeInventory();
    const open = new Set([...openBefore, ...(await deps.openRuns())]);
    const missing: { runId: string; segments: number }[] = [];
    const unknown: string[] = [];
    for (const report of diskReports(sessions, deps.isHeld)) {
      const differences = await unlessAborted(deps.request('reconcile', report));
      missing.push(...differences.missing.filter(({ runId }) => !open.has(runId)));
      unknown.push(...differences.unknownSessions);
      for (const { sessionId, runId } of differences.announceAgain) {
        const session = report.sessions.find((one) => one.sessionId === sessionId);
        if (open.has(runId) || session === undefined) continue;
        const segments = await deps.readSegments(session, runId);
        logger.warn({ runId, segments: segments.length }, 'what is on disk of a run is announced again');
        // One run after the other: of weeks there are more than fit into memory.
        await unlessAborted(deps.announce(runId, segments));
      }
    }
    const lost = sessions.flatMap(({ runs }) => runs).filter((run) => run.lost > 0 && !open.has(run.runId));
    const texts = [
      ...sentence(
        sum(lost.map((run) => run.lost)),
        'segments are in a manifest and not on disk, and were not deleted lawfully',
        lost[0]?.runId,
      ),
      ...sentence(
        sum(missing.map(({ segments }) => segments)),
        'segments are on record and not on disk',
        missing[0]?.runId,
      ),
      ...sentence(
        unknown.length,
        'sessions are on disk and not, or not wholly, on record: run "npm run recorder -- reindex"',
        unknown[0],
      ),
      // Their names are those of companies and users: the log has them, whoever sees the problem need not know them.
      ...sentence(
        strange.length,
        'folders have a manifest that cannot be read or does not belong there, see the log of the recorder',
      ),
    ];
    if (strange.length > 0)
      logger.error({ strange, code: 'reconciliation' }, 'folders are not what they seem');
    if (texts.length === 0) problems.clear('reconciliation');
    else problems.raise('reconciliation', texts.join(' '));
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    logger.error(
      { err: error, code: 'reconciliation' },
      'disk and record could not be compared; tried again later',
    );
    problems.raise('reconciliation', `Disk and record could not be compared: ${codeOf(error)}.`);
    return false;
  }
}

/** Waits for a result no longer than it is wanted. */
function abortable(signal: AbortSignal): <T>(result: Promise<T>) => Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => undefined);
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return (result) => Promise.race([result, aborted]);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const sentence = (count: number, what: string, example?: string): string[] =>
  count === 0 ? [] : [`${count} ${what}${example === undefined ? '' : ` (such as ${example})`}.`];
