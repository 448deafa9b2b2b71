import { open, type FileHandle } from 'node:fs/promises';
import { isMissing } from '../store/fileErrors.ts';

/** Presentation time stamps count at this rate and wrap at {@link PTS_MODULUS} (ISO/IEC 13818-1, 2.4.3.7). */
export const PTS_PER_MS = 90;
/** 33 bits. */
export const PTS_MODULUS = 2 ** 33;

const PACKET_BYTES = 188;
const HEAD_BYTES = PACKET_BYTES * 64;
/** How much is read at once from the end: little at first, for the last frame is near it. */
const FIRST_CHUNK_BYTES = PACKET_BYTES * 64;
const CHUNK_BYTES = PACKET_BYTES * 1_024;

/** The presentation time of the video frame that begins in this TS packet, if one does. */
export function videoPts(packet: Buffer): number | undefined {
  if (packet[0] !== 0x47 || (packet.readUInt8(1) & 0x40) === 0) return undefined;
  const adaptation = packet.readUInt8(3) & 0x30;
  if ((adaptation & 0x10) === 0) return undefined;
  const pes = adaptation === 0x30 ? 5 + packet.readUInt8(4) : 4;
  if (pes + 14 > PACKET_BYTES || packet.readUInt32BE(pes) >>> 4 !== 0x1e) return undefined;
  if ((packet.readUInt8(pes + 7) & 0x80) === 0) return undefined;
  const high = (packet.readUInt8(pes + 9) >> 1) & 0x07;
  const middle = packet.readUInt16BE(pes + 10) >> 1;
  const low = packet.readUInt16BE(pes + 12) >> 1;
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** The presentation time of a TS file's first video frame, in 90 kHz; undefined while none is in it. */
export function readFirstPts(path: string): Promise<number | undefined> {
  return withFile(path, async (file) => {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(HEAD_BYTES), 0, HEAD_BYTES, 0);
    for (let at = 0; at + PACKET_BYTES <= bytesRead; at += PACKET_BYTES) {
      const pts = videoPts(buffer.subarray(at, at + PACKET_BYTES));
      if (pts !== undefined) return pts;
    }
    return undefined;
  });
}

/** The presentation time of a TS file's last video frame, in 90 kHz; a torn last packet is passed over. */
export function readLastPts(path: string): Promise<number | undefined> {
  return withFile(path, async (file) => {
    const { size } = await file.stat();
    let chunk = Buffer.allocUnsafe(FIRST_CHUNK_BYTES);
    let end = size - (size % PACKET_BYTES);
    while (end > 0) {
      const start = Math.max(0, end - chunk.length);
      const { bytesRead } = await file.read(chunk, 0, end - start, start);
      for (let at = bytesRead - PACKET_BYTES; at >= 0; at -= PACKET_BYTES) {
        const pts = videoPts(chunk.subarray(at, at + PACKET_BYTES));
        if (pts !== undefined) return pts;
      }
      end = start;
      if (chunk.length < CHUNK_BYTES) chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    }
    return undefined;
  });
}
