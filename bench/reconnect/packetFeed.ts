import { CAPTURED_CODEC } from '../record/capture.ts';
import { rtpHeader } from '../record/rtp.ts';

/** What sends the packets of one stream, from its beginning until it is stopped. */
export type PacketFeed = (ssrc: number, send: (header: Buffer, payload: Buffer) => void) => RunningFeed;

/** A feed that sends. */
export interface RunningFeed {
  /** Idempotent. */
  stop(): void;
}

/** Light, for what is measured is signaling; but often enough that no producer counts as silent. */
const PACKET_INTERVAL_MS = 500;
const TICKS_PER_PACKET = (PACKET_INTERVAL_MS / 1_000) * CAPTURED_CODEC.clockRate;
/** The slice of a key frame (RFC 6184, section 5.2), of bytes that nobody decodes. */
const PAYLOAD = Buffer.concat([Buffer.from([0x65]), Buffer.alloc(199, 0xff)]);

/** A packet now and then. */
export const lightFeed: PacketFeed = (ssrc, send) => {
  let sent = 0;
  const timer = setInterval(() => {
    const header = rtpHeader({
      payloadType: CAPTURED_CODEC.payloadType,
      marker: true,
      sequenceNumber: sent,
      timestamp: sent * TICKS_PER_PACKET,
      ssrc,
    });
    sent += 1;
    send(header, PAYLOAD);
  }, PACKET_INTERVAL_MS);
  return { stop: () => clearInterval(timer) };
};
