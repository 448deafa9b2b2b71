import type { ActiveRun } from './activeRun.ts';

/** A run that is to take the place of another one, while that one still records. */
export interface HandOver {
  /** The run that comes, from when it is on record. */
  readonly runId: string | undefined;
  readonly heir: ActiveRun | undefined;
  /** Gives up: the run that comes is over, or is not wanted any more. May be called again. */
  cancel(): void;
}

/**
 * Begins the run that comes, and hands over when its first key frame has gone out: so nothing is lost between the two.
 *
 * @param deps.taken the heir records from now on
 * @param deps.failed it could not be begun, or ended before: the run before it goes on
 */
export function startHandOver(deps: {
  start: (entered: (runId: string) => void) => Promise<ActiveRun>;
  stop: (heir: ActiveRun) => Promise<void>;
  taken: (heir: ActiveRun) => void;
  failed: (error: unknown) => void;
}): HandOver {
  let runId: string | undefined;
  let heir: ActiveRun | undefined;
  let cancelled = false;

  const proceed = async (): Promise<void> => {
    const started = await deps.start((entered) => (runId = entered));
    heir = started;
    if (cancelled) started.close();
    if (await started.begun) {
      if (!cancelled) return deps.taken(started);
      started.close();
    }
    await deps.stop(started);
    if (!cancelled) throw new Error('The run that was to take over ended before its first key frame.');
  };
  proceed().catch((error: unknown) => deps.failed(error));
  return {
    get runId() {
      return runId;
    },
    get heir() {
      return heir;
    },
    cancel() {
      cancelled = true;
      heir?.close();
    },
  };
}
