import type { Clock } from '@sightline/shared';

const PERIOD_MS = 2_000;
/** So many times the encoder is told its bit rate anew afterwards: probes go on for a while by themselves. */
const REFRESHES = 4;
/** Below this part of its maximum an encoder has something to gain. */
const NARROW_SHARE = 0.5;
/** An encoder that uses this part of what it is granted would use more. */
const EAGER_SHARE = 0.5;

/** What an encoder makes of what it is granted, bit/s. */
export interface EncoderBitrates {
  readonly sentBps: number;
  /** What congestion control grants it at present. */
  readonly targetBps: number;
  /** What it may take at most. */
  readonly maxBps: number;
}

/** Looks for a wider uplink while the present one holds an encoder back, until closed. */
export interface UplinkProbing {
  close(): void;
}

/** Whether an encoder is granted little and uses it: on a screen that stands still none is held back. */
export function isHeldBack({ sentBps, targetBps, maxBps }: EncoderBitrates): boolean {
  return targetBps < maxBps * NARROW_SHARE && sentBps > targetBps * EAGER_SHARE;
}

/**
 * Builds an {@link UplinkProbing}: it looks every 2 s, calls `probe` while the encoder is held back, and `refresh`
 * four times afterwards.
 *
 * libwebrtc needs to be told. After a drop its delay-based estimate grows by at most 8 % a second
 * (draft-ietf-rmcat-gcc-02, section 5.5): half a minute from 300 kbit/s. It probes by itself (goog_cc,
 * `ProbeController`) only while the sender is application-limited, and an encoder held back is the opposite. What
 * also makes it probe is a changed maximum of the streams (`OnMaxTotalAllocatedBitrate`): some packets at twice
 * the estimate, and further ones, doubling, as long as they get through.
 *
 * Probes fill the congestion window, and while it is full the encoder is told to drop every second frame. It was
 * seen to go on so for many seconds after the uplink had become wide, until it was given its bit rate anew.
 */
export function createUplinkProbing(deps: {
  clock: Clock;
  /** `undefined` as long as nothing has been sent. */
  readBitrates: () => Promise<EncoderBitrates | undefined>;
  /** Has more of the uplink tried out. */
  probe: () => Promise<void>;
  /** Has the encoder told its bit rate anew. */
  refresh: () => Promise<void>;
  onError: (error: unknown) => void;
}): UplinkProbing {
  let closed = false;
  let refreshesLeft = 0;

  async function look(): Promise<void> {
    const bitrates = await deps.readBitrates();
    if (closed || bitrates === undefined) return;
    if (isHeldBack(bitrates)) {
      refreshesLeft = REFRESHES;
      await deps.probe();
    } else if (refreshesLeft > 0) {
      refreshesLeft -= 1;
      await deps.refresh();
    }
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
