import { sizeFromSps, type PictureSize } from './spsSize.ts';
import { PTS_MODULUS, PTS_PER_MS, videoPts } from './tsTimestamps.ts';

/** A frame in a transport stream. */
export interface TsFrame {
  /** Where its first packet is. */
  offset: number;
  /** In 90 kHz. */
  pts: number;
}

/** A key frame in a transport stream. */
export interface TsKeyFrame extends TsFrame {
  /** As the parameter set that goes with it tells; undefined: there is none. */
  size: PictureSize | undefined;
}

/** What a transport stream of one video, and perhaps sound, holds. */
export interface TsFrames {
  /** All frames, in the order of the stream. */
  frames: readonly TsFrame[];
  keyFrames: readonly TsKeyFrame[];
  hasAudio: boolean;
}

/** The last frame of a transport stream. */
export interface TsLastFrame {
  /** Where its first packet is. */
  offset: number;
  /** How long it is, with what it is wrapped in. */
  bytes: number;
  /** A transport stream of it and of the last key frame up to it. */
  decodable: Buffer;
}

const PACKET_BYTES = 188;
/** In how many packets of a key frame its parameter sets are looked for. */
const HEAD_PACKETS = 8;
const SPS = 7;

/** Reads when the frames of a transport stream are shown, without decoding them (ISO/IEC 13818-1). */
export function readTsFrames(bytes: Buffer): TsFrames {
  const frames: TsFrame[] = [];
  const keyFrames: TsKeyFrame[] = [];
  let hasAudio = false;
  for (let offset = 0; offset + PACKET_BYTES <= bytes.length; offset += PACKET_BYTES) {
    const packet = bytes.subarray(offset, offset + PACKET_BYTES);
    hasAudio ||= startsAudio(packet);
    const pts = videoPts(packet);
    if (pts === undefined) continue;
    frames.push({ offset, pts });
    if (isRandomAccess(packet)) keyFrames.push({ offset, pts, size: sizeAt(bytes, offset) });
  }
  return { frames, keyFrames, hasAudio };
}

/** The same stream from a key frame on, with the tables that stand at its beginning. */
export function fromKeyFrame(bytes: Buffer, { offset }: TsKeyFrame): Buffer {
  let tables = 0;
  while (tables < offset && isTable(bytes.subarray(tables, tables + PACKET_BYTES))) tables += PACKET_BYTES;
  return Buffer.concat([bytes.subarray(0, tables), bytes.subarray(offset)]);
}

/** The same stream as far as its frames are shown within so many ms of the first one, which is always kept. */
export function beginningOf(bytes: Buffer, lengthMs: number): Buffer {
  const [first, ...rest] = readTsFrames(bytes).frames;
  if (first === undefined) return bytes;
  const end = rest.find(({ pts }) => (pts - first.pts + PTS_MODULUS) % PTS_MODULUS >= lengthMs * PTS_PER_MS);
  return bytes.subarray(0, end?.offset);
}

/** The same stream, with nothing but this key frame in it. */
export function keyFrameOnly(bytes: Buffer, frame: TsKeyFrame): Buffer {
  const pid = pidOf(bytes.subarray(frame.offset));
  const rest = fromKeyFrame(bytes, frame);
  const kept: Buffer[] = [];
  let begun = 0;
  for (let at = 0; at + PACKET_BYTES <= rest.length && begun < 2; at += PACKET_BYTES) {
    const packet = rest.subarray(at, at + PACKET_BYTES);
    if (videoPts(packet) !== undefined) begun += 1;
    const wanted = begun === 0 || (begun === 1 && pidOf(packet) === pid);
    if (wanted) kept.push(packet);
  }
  return Buffer.concat(kept);
}

/** The last frame, if there is a key frame to begin to decode at. */
export function lastFrameOf(bytes: Buffer): TsLastFrame | undefined {
  const key = readTsFrames(bytes).keyFrames.at(-1);
  if (key === undefined) return undefined;
  const pid = pidOf(bytes.subarray(key.offset));
  let offset = key.offset;
  let packets: Buffer[] = [];
  for (let at = key.offset; at + PACKET_BYTES <= bytes.length; at += PACKET_BYTES) {
    const packet = bytes.subarray(at, at + PACKET_BYTES);
    if (pidOf(packet) !== pid) continue;
    if (videoPts(packet) !== undefined) {
      offset = at;
      packets = [];
    }
    packets.push(packet);
  }
  const frame = Buffer.concat(packets);
  const decodable =
    offset === key.offset ? keyFrameOnly(bytes, key) : Buffer.concat([keyFrameOnly(bytes, key), frame]);
  return { offset, bytes: frame.length, decodable };
}

const pidOf = (packet: Buffer): number => packet.readUInt16BE(1) & 0x1fff;
const payloadOf = (packet: Buffer): Buffer =>
  packet.subarray((packet.readUInt8(3) & 0x20) === 0 ? 4 : 5 + packet.readUInt8(4));

/** A packet that begins a section and not a frame. */
function isTable(packet: Buffer): boolean {
  const begins = (packet.readUInt8(1) & 0x40) !== 0;
  return begins && payloadOf(packet).readUIntBE(0, 3) !== 1;
}

const startsAudio = (packet: Buffer): boolean => {
  const payload = payloadOf(packet);
  const begins = (packet.readUInt8(1) & 0x40) !== 0 && payload.length >= 4;
  return begins && payload.readUInt32BE(0) >>> 5 === 0x1c0 >>> 5;
};

const isRandomAccess = (packet: Buffer): boolean =>
  (packet.readUInt8(3) & 0x20) !== 0 && packet.readUInt8(4) > 0 && (packet.readUInt8(5) & 0x40) !== 0;

function sizeAt(bytes: Buffer, offset: number): PictureSize | undefined {
  const pid = pidOf(bytes.subarray(offset));
  const payloads: Buffer[] = [];
  for (
    let at = offset;
    at + PACKET_BYTES <= bytes.length && payloads.length < HEAD_PACKETS;
    at += PACKET_BYTES
  ) {
    const packet = bytes.subarray(at, at + PACKET_BYTES);
    if (pidOf(packet) === pid) payloads.push(payloadOf(packet));
  }
  const head = Buffer.concat(payloads);
  for (let at = head.indexOf(START); at >= 0; at = head.indexOf(START, at + 3)) {
    if (((head[at + 3] ?? 0) & 0x1f) !== SPS) continue;
    const end = head.indexOf(START, at + 3);
    return sizeFromSps(head.subarray(at + 3, end < 0 ? undefined : end));
  }
  return undefined;
}

/** Begins a NAL unit (ITU-T H.264, annex B). */
const START = Buffer.from([0, 0, 1]);
