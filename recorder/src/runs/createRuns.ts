import type { Announcements } from '../control/announcements.ts';
import { askRunStats } from '../control/runStats.ts';
import type { SfuLink } from '../control/sfuLink.ts';
import { adoptRun } from './adoption.ts';
import { createCaretaker, type Caretaker } from './caretaker.ts';
import { createRunInstance, type RunInstanceDeps } from './runInstance.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

/** What the runs of a recorder need. */
export interface RunsDeps extends Omit<RunInstanceDeps, 'onSegment' | 'runStats' | 'requestKeyFrame'> {
  announcements: Announcements;
  request: SfuLink['request'];
}

/** Builds those who look after runs: the supervisor while they go on, the caretaker if they could not be ended as they should. */
export function createRuns(deps: RunsDeps): { supervisor: Supervisor; caretaker: Caretaker } {
  const { announcements, request, openRuns, clock, logger } = deps;
  const { segments } = announcements;
  const caretaker = createCaretaker({
    openRuns,
    adopt: (run) => adoptRun(run, deps),
    outbox: segments,
    clock,
    logger,
  });
  const supervisor = createSupervisor({
    createInstance: (order, onSegment) =>
      createRunInstance(order, {
        ...deps,
        onSegment,
        runStats: () => askRunStats(request, order.runId, logger),
        requestKeyFrame: () => request('key-frame-needed', { runId: order.runId }),
      }),
    announce: (runId, segment) => segments.announce(runId, segment),
    flush: (runId) => segments.flush(runId),
    adopt: (runId) => caretaker.adopt(runId),
    reportEnd: (runId, end) => announcements.reportEnd(runId, end),
    clock,
    logger,
  });
  return { supervisor, caretaker };
}
