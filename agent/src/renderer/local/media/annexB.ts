const NAL_TYPE_MASK = 0x1f;
const SEQUENCE_PARAMETER_SET = 7;
const PICTURE_PARAMETER_SET = 8;
const ACCESS_UNIT_DELIMITER = 9;
const LENGTH_BYTES = 4;

/** The parameter sets that a decoder needs before the first picture (ITU-T H.264, sections 7.3.2.1 and 7.3.2.2). */
export interface ParameterSets {
  readonly sequence: Uint8Array;
  readonly picture: Uint8Array;
}

/** Splits an H.264 byte stream into its NAL units, without start codes (ITU-T H.264, annex B). */
export function splitNalUnits(stream: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let unitAt = -1;
  const end = (at: number): void => {
    let last = at;
    // Zeros before a start code belong to it, or are padding.
    while (last > unitAt && stream[last - 1] === 0) last -= 1;
    if (unitAt >= 0 && last > unitAt) units.push(stream.subarray(unitAt, last));
  };
  for (let at = 0; at + 2 < stream.length; at += 1) {
    if (stream[at] !== 0 || stream[at + 1] !== 0 || stream[at + 2] !== 1) continue;
    end(at);
    unitAt = at + 3;
    at += 2;
  }
  end(stream.length);
  return units;
}

/** Finds the parameter sets among a key frame's NAL units; `undefined` if it brings none. */
export function findParameterSets(units: readonly Uint8Array[]): ParameterSets | undefined {
  const find = (type: number): Uint8Array | undefined => units.find((unit) => typeOf(unit) === type);
  const sequence = find(SEQUENCE_PARAMETER_SET);
  const picture = find(PICTURE_PARAMETER_SET);
  return sequence === undefined || picture === undefined ? undefined : { sequence, picture };
}

/** Puts a length of 4 bytes before every NAL unit (ISO/IEC 14496-15, section 5.3.4.2.1). */
export function withLengths(units: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const kept = units.filter((unit) => typeOf(unit) !== ACCESS_UNIT_DELIMITER);
  const sample = new Uint8Array(kept.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0));
  const view = new DataView(sample.buffer);
  let at = 0;
  for (const unit of kept) {
    view.setUint32(at, unit.length);
    sample.set(unit, at + LENGTH_BYTES);
    at += LENGTH_BYTES + unit.length;
  }
  return sample;
}

const typeOf = (unit: Uint8Array): number => (unit[0] ?? 0) & NAL_TYPE_MASK;
