import { typeOfUnit, unitsOfPayloads } from '../harness/h264.ts';

const HEADER_BYTES = 12;
const FU_A = 28;
const [SPS, PPS] = [7, 8];
/** A delimiter, as some encoders send one before every picture (ITU-T H.264, section 7.3.2.4). */
const DELIMITER = Buffer.from([0x09, 0xf0]);

/** The parameter sets of H.264 in a packet; they are never fragmented. */
function setsIn(packet: Buffer): Buffer[] {
  const payload = packet.subarray(HEADER_BYTES);
  if (typeOfUnit(payload) === FU_A) return [];
  return unitsOfPayloads([payload]).filter((unit) => [SPS, PPS].includes(typeOfUnit(unit)));
}

/** The parameter sets in a packet as `sprop-parameter-sets` has them (RFC 6184, section 8.1), if they are in it. */
export function parameterSetsOf(packet: Buffer): string | undefined {
  const sets = setsIn(packet);
  return sets.length < 2 ? undefined : sets.map((unit) => unit.toString('base64')).join(',');
}

/** The packet, or one with a delimiter in its place if parameter sets are in it. */
export const withoutParameterSets = (packet: Buffer): Buffer =>
  setsIn(packet).length === 0 ? packet : Buffer.concat([packet.subarray(0, HEADER_BYTES), DELIMITER]);
