import type { types } from 'mediasoup';

/** The RTP timestamp of the packet that a trace event tells of. @throws Error if it tells of none. */
export function rtpTimestampOf({
  info,
}: types.ConsumerTraceEventData | types.ProducerTraceEventData): number {
  const described: unknown = info;
  if (typeof described === 'object' && described !== null && 'rtpPacket' in described) {
    const { rtpPacket } = described;
    if (typeof rtpPacket === 'object' && rtpPacket !== null && 'timestamp' in rtpPacket) {
      return Number(rtpPacket.timestamp);
    }
  }
  throw new Error(`The trace event has no RTP timestamp: ${JSON.stringify(described)}`);
}
