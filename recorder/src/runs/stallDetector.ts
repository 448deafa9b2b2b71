import type { RunStats } from '@sightline/shared';

/** What is seen of a run about once a second. */
export interface Observation {
  nowMs: number;
  /** Whether its file has grown since the last observation. */
  grew: boolean;
  /** What the sfu has sent to it so far; undefined if that is not known now. */
  sent: RunStats | undefined;
  /** Whether its process waits for the disk: it can do nothing then, nor be ended. */
  waitsForDisk: boolean;
}

/** Tells a run that is stuck from a screen on which nothing happens. */
export interface StallDetector {
  /** Whether the next observation needs to say what was sent, and what is waited for: not while the file grows. */
  readonly needsMore: boolean;
  /** Once the run is stalled, returns for how long it has been, ms. */
  observe(observation: Observation): number | undefined;
}

/**
 * A run is stalled if its file does not grow for `stallMs` after packets began to go out, and more of them
 * followed: the packets of one frame alone may wait in ffmpeg until the next frame comes. While it waits for the disk,
 * packets wait for it in its socket, and would be lost with it: that is borne for `diskMs`. Nor does the file grow before
 * the last packet of a picture has come, which takes as much longer as the agent's uplink is narrow.
 */
export function createStallDetector({ stallMs, diskMs }: { stallMs: number; diskMs: number }): StallDetector {
  let grew = true;
  let lastPacketsSent: number | undefined;
  let increases = 0;
  let unansweredSinceMs: number | undefined;
  let waitingSinceMs: number | undefined;
  let longestPictureMs = 0;
  return {
    get needsMore() {
      return !grew;
    },
    observe({ nowMs, grew: growsNow, sent, waitsForDisk }) {
      grew = growsNow;
      if (growsNow) {
        lastPacketsSent = undefined;
        increases = 0;
        unansweredSinceMs = undefined;
        waitingSinceMs = undefined;
        longestPictureMs = 0;
        return undefined;
      }
      if (waitsForDisk) {
        waitingSinceMs ??= nowMs;
        if (nowMs - waitingSinceMs < diskMs) unansweredSinceMs = undefined;
      }
      if (sent === undefined) return undefined;
      longestPictureMs = Math.max(longestPictureMs, sent.pictureMs);
      if (lastPacketsSent !== undefined && sent.packetsSent > lastPacketsSent) {
        increases += 1;
        unansweredSinceMs ??= nowMs;
      }
      lastPacketsSent = sent.packetsSent;
      if (increases < 2 || unansweredSinceMs === undefined) return undefined;
      const unansweredMs = nowMs - unansweredSinceMs;
      return unansweredMs >= stallMs + longestPictureMs ? unansweredMs : undefined;
    },
  };
}
