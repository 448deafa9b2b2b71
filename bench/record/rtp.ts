/** An RTP packet without header extensions, contributing sources and padding (RFC 3550, section 5.1). */
export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
  payload: Buffer;
}

/** Bytes of the fixed header. */
export const HEADER_BYTES = 12;
const VERSION_2 = 0x80;

/** Reads a packet; `payload` shares its memory. @throws Error on what the fixed header cannot express. */
export function parseRtp(packet: Buffer): RtpPacket {
  if (packet.length < HEADER_BYTES || packet[0] !== VERSION_2) {
    throw new Error('Only RTP packets with nothing but the fixed header are replayed.');
  }
  const second = packet.readUInt8(1);
  return {
    marker: second >= 0x80,
    payloadType: second & 0x7f,
    sequenceNumber: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    payload: packet.subarray(HEADER_BYTES),
  };
}

/** The header of a packet. Numbers that are too large for their field wrap around, as RTP's do. */
export function rtpHeader(packet: Omit<RtpPacket, 'payload'>): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt8(VERSION_2, 0);
  header.writeUInt8((packet.marker ? 0x80 : 0) | packet.payloadType, 1);
  header.writeUInt16BE(packet.sequenceNumber % 2 ** 16, 2);
  header.writeUInt32BE(packet.timestamp % 2 ** 32, 4);
  header.writeUInt32BE(packet.ssrc, 8);
  return header;
}
