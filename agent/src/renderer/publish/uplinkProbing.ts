import type { Clock } from '@sightline/shared';

const PERIOD_MS = 2_000;
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
 * Builds an {@link UplinkProbing}: every 2 s it calls `probe` while the encoder is held back, and once
 * after.
 *
 * libwebrtc needs to be told. After a drop its delay-based estimate grows by at most 8 % a second (draft-ietf-rmcat-gcc-02,
 * section 5.5), from 300 kbit/s for half a minute. It probes by itself (goog_cc, `ProbeController`) only while
 * the sender is application-limited, and an encoder held back is the opposite: it sends all it is granted. What
 * also makes it probe is a changed maximum of the streams (`OnMaxTotalAllocatedBitrate`): some packets
 * at twice the estimate, and further ones, doubling, as long as they get through. The last call is for what the
 * probes leave behind: an encoder that was told to drop every second frame, because they filled the congestion
 * window, is told otherwise only with its next bit rate, which a changed maximum brings.
 */
export function createUplinkProbing(deps: {
  clock: Clock;
  /** `undefined` as long as nothing has been sent. */
  readBitrates: () => Promise<EncoderBitrates | undefined>;
  probe: () => Promise<void>;
  onError: (error: unknown) => void;
}): UplinkProbing {
  let closed = false;
  let wasHeldBack = false;

  async function look(): Promise<void> {
    const bitrates = await deps.readBitrates();
    if (closed || bitrates === undefined) return;
    const before = wasHeldBack;
    wasHeldBack = isHeldBack(bitrates);
    if (wasHeldBack || before) await deps.probe();
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
