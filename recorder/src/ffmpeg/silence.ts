/**
 * One packet of Opus that decodes to 20 ms of silence (RFC 6716, section 3.1; RFC 3550, section 5.1). ffmpeg writes
 * nothing at all before it has decoded some of every stream that it encodes, so it gets this before sound has come, if
 * ever. Number 0 is the one after which ffmpeg takes any number for the next; the frame itself is filtered out.
 */
export function primingPacket(payloadType: number): Buffer {
  const packet = Buffer.alloc(15);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(payloadType, 1);
  packet.writeUInt32BE(1, 4);
  packet.set([0xfc, 0xff, 0xfe], 12);
  return packet;
}
