/** What is seen of a run about once a second. */
export interface Observation {
  nowMs: number;
  /** Whether its file has grown since the last observation. */
  grew: boolean;
  /** Packets that the sfu has sent to it so far; undefined if that is not known now. */
  packetsSent: number | undefined;
  /** Whether its process waits for the disk: it can do nothing then, nor be ended. */
  waitsForDisk: boolean;
}

/** Tells a run that is stuck from a screen on which nothing happens. */
export interface StallDetector {
  /** Whether the next observation needs to say what was sent, and what is waited for: not while the file grows. */
  readonly needsMore: boolean;
  /** Returns true once the run is stalled. */
  observe(observation: Observation): boolean;
}

/**
 * A run is stalled if its file does not grow for `stallMs` after packets began to go out, and more of them
 * followed: the packets of one frame alone may wait in ffmpeg until the next frame comes. While it waits for the disk,
 * packets wait for it in its socket, and would be lost with it: that is borne for `diskMs`.
 */
export function createStallDetector({ stallMs, diskMs }: { stallMs: number; diskMs: number }): StallDetector {
  let grew = true;
  let lastPacketsSent: number | undefined;
  let increases = 0;
  let unansweredSinceMs: number | undefined;
  let waitingSinceMs: number | undefined;
  return {
    get needsMore() {
      return !grew;
    },
    observe({ nowMs, grew: growsNow, packetsSent, waitsForDisk }) {
      grew = growsNow;
      if (growsNow) {
        lastPacketsSent = undefined;
        increases = 0;
        unansweredSinceMs = undefined;
        waitingSinceMs = undefined;
        return false;
      }
      if (waitsForDisk) {
        waitingSinceMs ??= nowMs;
        if (nowMs - waitingSinceMs < diskMs) unansweredSinceMs = undefined;
      }
      if (packetsSent === undefined) return false;
      if (lastPacketsSent !== undefined && packetsSent > lastPacketsSent) {
        increases += 1;
        unansweredSinceMs ??= nowMs;
      }
      lastPacketsSent = packetsSent;
      return increases >= 2 && unansweredSinceMs !== undefined && nowMs - unansweredSinceMs >= stallMs;
    },
  };
}
