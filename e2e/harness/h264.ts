import { crc32 } from 'node:zlib';

const SINGLE_UNIT_LAST = 23;
const STAP_A = 24;
const FU_A = 28;
const START_CODE = Buffer.from([0, 0, 1]);

/** The type of a NAL unit (ITU-T H.264, table 7-1), or of a payload (RFC 6184, section 5.2). */
export const typeOfUnit = (unit: Buffer): number => (unit[0] ?? 0) & 0x1f;

/**
 * Puts the NAL units of one frame together from its RTP payloads, in order (RFC 6184, sections 5.6 to 5.8).
 *
 * @throws Error on a packetization that ffmpeg's muxer does not use.
 */
export function unitsOfPayloads(payloads: readonly Buffer[]): Buffer[] {
  const units: Buffer[] = [];
  let fragments: Buffer[] = [];
  for (const payload of payloads) {
    const type = typeOfUnit(payload);
    if (type === STAP_A) units.push(...aggregated(payload));
    else if (type === FU_A) {
      const [indicator = 0, header = 0] = payload;
      if ((header & 0x80) !== 0) fragments = [Buffer.from([(indicator & 0xe0) | (header & 0x1f)])];
      fragments.push(payload.subarray(2));
      if ((header & 0x40) !== 0) units.push(Buffer.concat(fragments));
    } else if (type <= SINGLE_UNIT_LAST) units.push(payload);
    else throw new Error(`NAL unit type ${type} is not known here.`);
  }
  return units;
}

function aggregated(payload: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = 1; at + 2 <= payload.length;) {
    const end = at + 2 + payload.readUInt16BE(at);
    units.push(payload.subarray(at + 2, end));
    at = end;
  }
  return units;
}

/** The NAL units of a byte stream (H.264, annex B). */
export function unitsOfByteStream(stream: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = stream.indexOf(START_CODE); at >= 0;) {
    const next = stream.indexOf(START_CODE, at + START_CODE.length);
    let end = next < 0 ? stream.length : next;
    while (end > at + START_CODE.length && stream[end - 1] === 0) end -= 1;
    units.push(stream.subarray(at + START_CODE.length, end));
    at = next;
  }
  return units;
}

/**
 * What makes a coded picture recognisable: the checksum of its slices. Delimiters and parameter sets, which
 * muxers add, do not count.
 */
export function pictureChecksum(units: readonly Buffer[]): number {
  return units
    .filter((unit) => [1, 5].includes(typeOfUnit(unit)))
    .reduce((checksum, unit) => crc32(unit, checksum), 0);
}
