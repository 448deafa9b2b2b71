const PACKET_BYTES = 188;

/** A transport stream, for tests: one packet per frame that only tells its time, each followed by one of filling. */
export function fakeTs(frames: readonly number[]): Buffer {
  return Buffer.concat([tablePacket(), ...frames.flatMap((pts) => [framePacket(pts), fillPacket()])]);
}

function packet(pid: number, start: boolean): Buffer {
  const bytes = Buffer.alloc(PACKET_BYTES, 0xff);
  bytes.writeUInt8(0x47, 0);
  bytes.writeUInt16BE((start ? 0x4000 : 0) | pid, 1);
  bytes.writeUInt8(0x10, 3);
  return bytes;
}

/** Starts a section, which must not be taken for a frame. */
function tablePacket(): Buffer {
  const bytes = packet(0, true);
  bytes.fill(0, 4, 8);
  return bytes;
}

const fillPacket = (): Buffer => packet(0x100, false);

function framePacket(pts: number): Buffer {
  const bytes = packet(0x100, true);
  bytes.set([0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5], 4);
  const high = Math.floor(pts / 2 ** 30) & 0x07;
  bytes.writeUInt8(0x21 | (high << 1), 13);
  bytes.writeUInt16BE((((Math.floor(pts / 2 ** 15) & 0x7fff) << 1) | 1) & 0xffff, 14);
  bytes.writeUInt16BE((((pts & 0x7fff) << 1) | 1) & 0xffff, 16);
  return bytes;
}
