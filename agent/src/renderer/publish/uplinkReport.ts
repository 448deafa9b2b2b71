import type { Clock } from '@sightline/shared';

const PERIOD_MS = 2_000;
/** A smaller change than a fifth changes nothing for the server. */
const RELEVANT_CHANGE = 0.2;

/** Tells the server what the congestion control grants us, until closed. */
export interface UplinkReport {
  close(): void;
}

/** Whether the server should hear of the new value. */
export function isRelevantChange(reportedBps: number | undefined, nowBps: number): boolean {
  return reportedBps === undefined || Math.abs(nowBps - reportedBps) >= reportedBps * RELEVANT_CHANGE;
}

/** Builds an {@link UplinkReport}: looks every 2 s, reports at first and after each relevant change. */
export function createUplinkReport(deps: {
  clock: Clock;
  /** The available bit rate; `undefined` as long as it is not known. */
  readBps: () => Promise<number | undefined>;
  report: (availableBps: number) => Promise<unknown>;
  onError: (error: unknown) => void;
}): UplinkReport {
  let reportedBps: number | undefined;
  let closed = false;

  async function look(): Promise<void> {
    const nowBps = await deps.readBps();
    if (closed || nowBps === undefined || !isRelevantChange(reportedBps, nowBps)) return;
    await deps.report(nowBps);
    reportedBps = nowBps;
  }

  const stop = deps.clock.every(PERIOD_MS, () => {
    look().catch((error: unknown) => {
      if (!closed) deps.onError(error);
    });
  });

  return {
    close() {
      closed = true;
      stop();
    },
  };
}
