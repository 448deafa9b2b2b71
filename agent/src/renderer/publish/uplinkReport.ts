import type { Clock } from '@sightline/shared';

const PERIOD_MS = 500;
/** A wider uplink may wait that long; of a narrower one the server must know before it asks for a key frame. */
const RISE_PERIOD_MS = 2_000;
/** A smaller change than a fifth changes nothing for the server. */
const RELEVANT_CHANGE = 0.2;

/** Tells the server what the congestion control grants us, until closed. */
export interface UplinkReport {
  close(): void;
}

/** What the server was told last. */
interface Reported {
  readonly bps: number;
  readonly atMs: number;
}

/** Whether the server should hear of the new value now. */
export function isReportDue(last: Reported | undefined, now: Reported): boolean {
  if (last === undefined || now.bps <= last.bps * (1 - RELEVANT_CHANGE)) return true;
  return now.bps >= last.bps * (1 + RELEVANT_CHANGE) && now.atMs - last.atMs >= RISE_PERIOD_MS;
}

/** Builds an {@link UplinkReport}: looks every 500 ms, reports at first, drops at once, and rises every 2 s. */
export function createUplinkReport(deps: {
  clock: Clock;
  /** The available bit rate; `undefined` as long as it is not known. */
  readBps: () => Promise<number | undefined>;
  report: (availableBps: number) => Promise<unknown>;
  onError: (error: unknown) => void;
}): UplinkReport {
  let reported: Reported | undefined;
  let closed = false;

  async function look(): Promise<void> {
    const bps = await deps.readBps();
    if (closed || bps === undefined) return;
    const now = { bps, atMs: deps.clock.nowMs() };
    if (!isReportDue(reported, now)) return;
    await deps.report(bps);
    reported = now;
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
