import type { Clock } from '@sightline/shared';

/**
 * How long a sender ignores further requests for a key frame: 300 ms after the last one that it heeded
 * (libwebrtc, `EncoderRtcpFeedback`), and some for the way there.
 */
const DEAF_MS = 330;

/** What is known of the requests for key frames that went to one producer's sender, whoever caused them. */
export interface KeyFrameRequests {
  /** A request went out. */
  requested(): void;
  /** A key frame begins to arrive. */
  arrived(): void;
  /**
   * Waits until asking helps. A request that is ignored would be repeated by the worker only after a second; one
   * whose key frame is still to come serves whoever asks now too.
   */
  untilHeard(): Promise<void>;
}

/** Builds a {@link KeyFrameRequests}, without any request so far. */
export function createKeyFrameRequests(clock: Clock): KeyFrameRequests {
  let deafUntilMs = 0;
  let pending = false;
  return {
    requested() {
      deafUntilMs = clock.nowMs() + DEAF_MS;
      pending = true;
    },
    arrived() {
      pending = false;
    },
    async untilHeard() {
      const waitMs = deafUntilMs - clock.nowMs();
      if (pending || waitMs <= 0) return;
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
    },
  };
}
