/** The size of a video's pictures, in pixels. */
export interface PictureSize {
  width: number;
  height: number;
}

/** Profiles whose parameter sets tell of chroma and scaling (ITU-T H.264, 7.3.2.1.1). */
const WITH_CHROMA = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** The picture size that an H.264 sequence parameter set tells (ITU-T H.264, 7.3.2.1.1 and 7.4.2.1.1). @param nal with its header byte */
export function sizeFromSps(nal: Buffer): PictureSize {
  const bits = bitReader(withoutEmulation(nal.subarray(1)));
  const profile = bits.read(8);
  bits.read(16);
  bits.unsigned();
  let chroma = 1;
  if (WITH_CHROMA.has(profile)) {
    chroma = bits.unsigned();
    if (chroma === 3) bits.read(1);
    bits.unsigned();
    bits.unsigned();
    bits.read(1);
    if (bits.read(1) === 1) skipScalingLists(bits, chroma === 3 ? 12 : 8);
  }
  bits.unsigned();
  const orderType = bits.unsigned();
  if (orderType === 0) bits.unsigned();
  else if (orderType === 1) {
    bits.read(1);
    bits.signed();
    bits.signed();
    for (let left = bits.unsigned(); left > 0; left -= 1) bits.signed();
  }
  bits.unsigned();
  bits.read(1);
  const widthInBlocks = bits.unsigned() + 1;
  const heightInUnits = bits.unsigned() + 1;
  const framesOnly = bits.read(1);
  if (framesOnly === 0) bits.read(1);
  bits.read(1);
  const [left, right, top, bottom] =
    bits.read(1) === 1 ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const unitX = chroma === 0 || chroma === 3 ? 1 : 2;
  const unitY = (chroma === 1 ? 2 : 1) * (2 - framesOnly);
  return {
    width: widthInBlocks * 16 - unitX * (left + right),
    height: heightInUnits * 16 * (2 - framesOnly) - unitY * (top + bottom),
  };
}

type BitReader = ReturnType<typeof bitReader>;

/** Reads bits, and Exp-Golomb codes (clause 9.1); behind the end there are zeros. */
function bitReader(bytes: Buffer) {
  let at = 0;
  const bit = (): number => {
    const value = ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
    at += 1;
    return value;
  };
  const read = (count: number): number => {
    let value = 0;
    for (let left = count; left > 0; left -= 1) value = value * 2 + bit();
    return value;
  };
  const unsigned = (): number => {
    let zeros = 0;
    while (zeros < 32 && bit() === 0) zeros += 1;
    return 2 ** zeros - 1 + read(zeros);
  };
  const signed = (): number => {
    const code = unsigned();
    return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
  };
  return { read, unsigned, signed };
}

function skipScalingLists(bits: BitReader, lists: number): void {
  for (let list = 0; list < lists; list += 1) {
    if (bits.read(1) === 0) continue;
    let next = 8;
    for (let left = list < 6 ? 16 : 64; left > 0 && next !== 0; left -= 1)
      next = (next + bits.signed() + 256) % 256;
  }
}

/** Takes out the bytes that keep start codes from appearing within (clause 7.4.1). */
function withoutEmulation(nal: Buffer): Buffer {
  return Buffer.from(
    nal.filter((byte, at) => !(byte === 3 && at >= 2 && nal[at - 1] === 0 && nal[at - 2] === 0)),
  );
}
