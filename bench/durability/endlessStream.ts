import type { PacketFeed } from '../reconnect/packetFeed.ts';
import type { CapturedStream } from '../record/capture.ts';
import { createReplay } from '../record/replay.ts';

const TICK_MS = 4;
const SEQUENCE_STEP = 601;
const TIMESTAMP_STEP = 40_000_003;

/** A captured stream that began at `originMs` and repeats for ever: which frame is due is a matter of the clock. */
export function endlessFeed(stream: CapturedStream, originMs: number): PacketFeed {
  return (ssrc, send) => {
    const replay = createReplay(stream, {
      numbering: {
        ssrc,
        firstSequenceNumber: ssrc * SEQUENCE_STEP,
        firstTimestamp: (ssrc * TIMESTAMP_STEP) % 2 ** 32,
      },
      originMs,
      startMs: Date.now(),
      send,
    });
    const timer = setInterval(() => replay.sendDue(Date.now()), TICK_MS);
    return { stop: () => clearInterval(timer) };
  };
}
