import type { recorderRequests, Requester, Segment, SessionLocation } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { codeOf } from '../store/fileErrors.ts';
import { diskReports } from './diskReports.ts';
import type { Inventory, SessionInStore } from './inventory.ts';
import type { Problems } from './problems.ts';

/** What {@link reconcile} needs. */
export interface ReconcileDeps {
  takeInventory: () => Promise<Inventory>;
  /** Whether it is known as held; undefined: that is of no use here. */
  isHeld: (session: SessionLocation) => boolean | undefined;
  request: Requester<typeof recorderRequests>;
  /** Runs that are recorded, or of which something is still to be announced. */
  openRuns: () => Promise<ReadonlySet<string>>;
  /** Announces the segments of a run, of which no more will come. */
  announce: (runId: string, segments: readonly Segment[]) => void;
  problems: Problems;
  logger: Logger;
}

/**
 * Compares what is on disk with what is on record: announces again what the record lacks, and shows as a problem what
 * cannot be put right that way.
 */
export async function reconcile(deps: ReconcileDeps): Promise<void> {
  const { problems, logger } = deps;
  try {
    const { sessions, strange } = await deps.takeInventory();
    const open = await deps.openRuns();
    const missing: { runId: string; segments: number }[] = [];
    const unknown: string[] = [];
    for (const report of diskReports(sessions, deps.isHeld)) {
      const differences = await deps.request('reconcile', report);
      missing.push(...differences.missing.filter(({ runId }) => !open.has(runId)));
      unknown.push(...differences.unknownSessions);
      for (const { runId } of differences.announceAgain) {
        if (open.has(runId)) continue;
        const segments = segmentsOf(sessions, runId);
        logger.warn({ runId, segments: segments.length }, 'what is on disk of a run is announced again');
        deps.announce(runId, segments);
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
  } catch (error) {
    logger.error(
      { err: error, code: 'reconciliation' },
      'disk and record could not be compared; tried again later',
    );
    problems.raise('reconciliation', `Disk and record could not be compared: ${codeOf(error)}.`);
  }
}

const segmentsOf = (sessions: readonly SessionInStore[], runId: string): Segment[] =>
  sessions
    .flatMap(({ runs }) => runs.filter((run) => run.runId === runId))
    .flatMap(({ segments }) => segments);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const sentence = (count: number, what: string, example?: string): string[] =>
  count === 0 ? [] : [`${count} ${what}${example === undefined ? '' : ` (such as ${example})`}.`];
