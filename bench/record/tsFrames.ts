import { pictureChecksum, unitsOfByteStream } from '@sightline/e2e/harness/h264.ts';

/** A coded picture in a TS file. */
export interface TsFrame {
  /** Presentation time, 90 kHz. */
  pts: number;
  /** See {@link pictureChecksum}. */
  checksum: number;
}

const PACKET_BYTES = 188;
const VIDEO_STREAM = 0x1e0;

/** The pictures of a transport stream with one video stream, one picture per PES packet (ISO/IEC 13818-1). */
export function readTsFrames(file: Buffer): TsFrame[] {
  const frames: TsFrame[] = [];
  let videoPid: number | undefined;
  let open: { pts: number; parts: Buffer[] } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    frames.push({ pts: open.pts, checksum: pictureChecksum(unitsOfByteStream(Buffer.concat(open.parts))) });
    open = undefined;
  };
  for (let at = 0; at + PACKET_BYTES <= file.length; at += PACKET_BYTES) {
    const packet = file.subarray(at, at + PACKET_BYTES);
    if (packet[0] !== 0x47) throw new Error(`There is no TS packet at byte ${at}.`);
    const pid = packet.readUInt16BE(1) & 0x1fff;
    const payload = payloadOf(packet);
    if (payload === undefined) continue;
    const starts = (packet.readUInt8(1) & 0x40) !== 0;
    if (starts && payload.length >= 14 && payload.readUInt32BE(0) === VIDEO_STREAM) {
      close();
      videoPid = pid;
      open = { pts: ptsOf(payload), parts: [payload.subarray(9 + payload.readUInt8(8))] };
    } else if (pid === videoPid) open?.parts.push(payload);
  }
  close();
  return frames;
}

function payloadOf(packet: Buffer): Buffer | undefined {
  const control = packet.readUInt8(3) & 0x30;
  if ((control & 0x10) === 0) return undefined;
  return packet.subarray(control === 0x30 ? 5 + packet.readUInt8(4) : 4);
}

const ptsOf = (pes: Buffer): number =>
  ((pes.readUInt8(9) >> 1) & 0x07) * 2 ** 30 +
  (pes.readUInt16BE(10) >> 1) * 2 ** 15 +
  (pes.readUInt16BE(12) >> 1);
