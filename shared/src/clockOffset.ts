/** One exchange with the server: when it was asked, what it said, when the answer came. */
export interface TimeSample {
  sentMs: number;
  serverMs: number;
  receivedMs: number;
}

/** How far the server's clock is ahead of ours, and the round trip that bounds the error to half of it. */
export interface ClockOffset {
  offsetMs: number;
  roundTripMs: number;
}

/**
 * Estimates the clock offset from several exchanges by taking the one with the shortest round trip, as
 * NTP's clock filter does (RFC 5905, section 10). Add `offsetMs` to local time to get the server's.
 */
export function estimateClockOffset(samples: readonly TimeSample[]): ClockOffset | undefined {
  let best: ClockOffset | undefined;
  for (const { sentMs, serverMs, receivedMs } of samples) {
    const roundTripMs = receivedMs - sentMs;
    if (roundTripMs < 0) continue;
    if (best === undefined || roundTripMs < best.roundTripMs) {
      best = { offsetMs: serverMs - (sentMs + receivedMs) / 2, roundTripMs };
    }
  }
  return best;
}
