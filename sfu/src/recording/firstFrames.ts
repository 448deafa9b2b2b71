import { rtpTicksBetween, VIDEO_TICKS_PER_MS, type Clock } from '@sightline/shared';
import type { RecordingTap } from '../media/types.ts';

/** A segment is closed no earlier, and what it is told until then tells when it was. */
const FOLLOWED_MS = 2_000;
/** In a rush of agents the sfu has better things to do than to read every packet of them. */
const MAX_FOLLOWED = 50;
/** Nobody sees less. */
const GAIN_MS = 1;

/**
 * Follows runs for two seconds from their first packet, and tells of every frame that took less time to come than all before
 * it. The first one, a key frame, comes 0.1 to 0.9 s late: encoders, pacers and estimates of bandwidth are only beginning.
 */
export interface FirstFrames {
  /**
   * Follows a run, unless so many are followed already.
   *
   * @param onQuicker told the RTP timestamp of the frame (90 kHz, 32 bit), and when it came
   */
  follow(
    tap: Pick<RecordingTap, 'onPacket' | 'onClosed'>,
    onQuicker: (rtpTimestamp: number, atMs: number) => void,
  ): void;
}

/** Builds the {@link FirstFrames} of a node. */
export function createFirstFrames({ clock }: { clock: Pick<Clock, 'nowMs' | 'after'> }): FirstFrames {
  const followed = new Set<object>();
  return {
    follow(tap, onQuicker) {
      if (followed.size >= MAX_FOLLOWED) return;
      followed.add(tap);
      let first: { rtpTimestamp: number; atMs: number } | undefined;
      let leastMs = 0;
      let cancelEnd: (() => void) | undefined;
      const unfollow = tap.onPacket((rtpTimestamp) => {
        const atMs = clock.nowMs();
        if (first === undefined) {
          first = { rtpTimestamp, atMs };
          cancelEnd = clock.after(FOLLOWED_MS, () => {
            followed.delete(tap);
            unfollow();
          });
          return;
        }
        const dueMs = rtpTicksBetween(first.rtpTimestamp, rtpTimestamp) / VIDEO_TICKS_PER_MS;
        const lateMs = atMs - first.atMs - dueMs;
        if (lateMs > leastMs - GAIN_MS) return;
        leastMs = lateMs;
        onQuicker(rtpTimestamp, atMs);
      });
      tap.onClosed(() => {
        followed.delete(tap);
        cancelEnd?.();
      });
    },
  };
}
