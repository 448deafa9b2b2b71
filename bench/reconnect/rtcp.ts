const RECEIVER_REPORT = 201;
const SENDER_SSRC_BYTES = 8;
const BLOCK_BYTES = 24;

/** The streams of which the receiver reports in a compound RTCP packet tell (RFC 3550, sections 6.1 and 6.4.2). */
export function reportedSources(packet: Buffer): number[] {
  const sources: number[] = [];
  for (let start = 0; start + SENDER_SSRC_BYTES <= packet.length;) {
    const end = start + 4 * (packet.readUInt16BE(start + 2) + 1);
    if (packet[start + 1] === RECEIVER_REPORT) {
      const blocks = packet.readUInt8(start) & 0x1f;
      for (let block = 0; block < blocks; block += 1) {
        const at = start + SENDER_SSRC_BYTES + block * BLOCK_BYTES;
        if (at + BLOCK_BYTES <= Math.min(end, packet.length)) sources.push(packet.readUInt32BE(at));
      }
    }
    start = end;
  }
  return sources;
}
