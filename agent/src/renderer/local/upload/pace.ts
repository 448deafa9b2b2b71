import type { Clock } from '@sightline/shared';

const SHARE_OF_UPLINK = 0.5;
/** While nothing is known of the uplink. */
const UNKNOWN_BPS = 500_000;
const LEAST_BPS = 64_000;

/** Spreads what is uploaded over time, so that what is live keeps its way. */
export interface Pace {
  /** Resolves when `bytes` more may be sent. */
  turn(bytes: number): Promise<void>;
}

/** Builds a {@link Pace}: at most half of the uplink, on average from one turn to the next. */
export function createPace(deps: { clock: Clock; uplinkBps: () => number | undefined }): Pace {
  const { clock } = deps;
  let freeAtMs = 0;
  return {
    async turn(bytes) {
      const measuredBps = deps.uplinkBps();
      const bps =
        measuredBps === undefined ? UNKNOWN_BPS : Math.max(LEAST_BPS, measuredBps * SHARE_OF_UPLINK);
      const nowMs = clock.nowMs();
      const durationMs = (bytes * 8_000) / bps;
      // A clock that was set back must not stop the upload.
      const waitMs = Math.min(Math.max(0, freeAtMs - nowMs), durationMs);
      freeAtMs = nowMs + waitMs + durationMs;
      if (waitMs > 0) await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
    },
  };
}
