/** Ticks per second of all times in a piece's file: microseconds, as encoders stamp their frames. */
export const TIMESCALE = 1_000_000;

/** Writes one box (ISO/IEC 14496-12, section 4.2). */
export function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, { length }) => sum + length, 8);
  const bytes = new Uint8Array(size);
  bytes.set(words(size));
  bytes.set(ascii(type), 4);
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Writes a box with version and flags (section 4.2.2). */
export function fullBox(
  type: string,
  { version = 0, flags = 0 }: { version?: number; flags?: number },
  ...parts: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  return box(type, words(((version << 24) | flags) >>> 0), ...parts);
}

/** Numbers of 4 bytes each, big-endian. */
export function words(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint32(index * 4, value));
  return bytes;
}

/** Numbers of 2 bytes each, big-endian. */
export function shorts(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint16(index * 2, value));
  return bytes;
}

/** Numbers of one byte each. */
export const octets = (...values: readonly number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);

/** A text of ASCII letters. */
export const ascii = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0));
