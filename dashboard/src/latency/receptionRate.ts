/** What a receiver has counted up to a moment (WebRTC statistics, RTCInboundRtpStreamStats). */
export interface ReceptionCounters {
  /** Monotonic within one connection. */
  atMs: number;
  framesDecoded: number;
  bytesReceived: number;
}

/** What arrives per second. */
export interface ReceptionRate {
  fps: number;
  bitrateBps: number;
}

/** The rate between two readings; nothing if time did not pass or the counters were set back. */
export function receptionRate(
  before: ReceptionCounters,
  after: ReceptionCounters,
): ReceptionRate | undefined {
  const seconds = (after.atMs - before.atMs) / 1_000;
  const frames = after.framesDecoded - before.framesDecoded;
  const bytes = after.bytesReceived - before.bytesReceived;
  if (seconds <= 0 || frames < 0 || bytes < 0) return undefined;
  return { fps: frames / seconds, bitrateBps: (bytes * 8) / seconds };
}

/** Reads the counters of every received stream from a report, by the id of its media track. */
export function readCounters(report: Iterable<readonly [string, unknown]>): Map<string, ReceptionCounters> {
  const counters = new Map<string, ReceptionCounters>();
  for (const [, stats] of report) {
    if (typeof stats !== 'object' || stats === null || !('type' in stats) || stats.type !== 'inbound-rtp') {
      continue;
    }
    if (!('trackIdentifier' in stats) || typeof stats.trackIdentifier !== 'string') continue;
    counters.set(stats.trackIdentifier, {
      atMs: numberOf(stats, 'timestamp'),
      framesDecoded: numberOf(stats, 'framesDecoded'),
      bytesReceived: numberOf(stats, 'bytesReceived'),
    });
  }
  return counters;
}

function numberOf(stats: object, name: string): number {
  const value: unknown = Reflect.get(stats, name);
  return typeof value === 'number' ? value : 0;
}
