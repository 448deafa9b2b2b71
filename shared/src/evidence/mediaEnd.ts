import type { Interval } from './ledger.ts';

/** A hole ends with the key frame that begins the next segment, but for what times are rounded by. */
const PRECISION_MS = 50;

/**
 * When the last picture of a segment stops to be seen: a hole at its end can be filled by other media. One in its middle
 * cannot, for its file is played as a whole.
 */
export function mediaEndMs(segment: {
  startMs: number;
  durationMs: number;
  holes: readonly Interval[];
}): number {
  const endMs = segment.startMs + segment.durationMs;
  const atEnd = segment.holes.find(({ toMs }) => toMs >= endMs - PRECISION_MS);
  return Math.max(segment.startMs, Math.min(atEnd?.fromMs ?? endMs, endMs));
}
