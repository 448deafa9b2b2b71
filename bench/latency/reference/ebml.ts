/** The head of an EBML element (RFC 8794). */
export interface Element {
  readonly id: number;
  /** Bytes of id and size. */
  readonly headerLength: number;
  /** Infinite where the size is unknown. */
  readonly contentLength: number;
}

/** Bytes of a variable-size integer, from its first byte: one more for every leading zero bit. */
const vintLength = (first: number): number => Math.clz32(first) - 23;

/** Reads the element that `bytes` begin with; undefined if its head is not complete. */
export function readElement(bytes: Buffer): Element | undefined {
  const idLength = vintLength(bytes[0] ?? 0);
  const sizeFirst = bytes[idLength];
  if (sizeFirst === undefined) return undefined;
  const sizeLength = vintLength(sizeFirst);
  const headerLength = idLength + sizeLength;
  if (bytes.length < headerLength) return undefined;
  const id = bytes.readUIntBE(0, idLength);
  let size = BigInt(sizeFirst & (0xff >> sizeLength));
  for (const byte of bytes.subarray(idLength + 1, headerLength)) size = size * 256n + BigInt(byte);
  const unknown = size === 2n ** BigInt(7 * sizeLength) - 1n;
  return { id, headerLength, contentLength: unknown ? Number.POSITIVE_INFINITY : Number(size) };
}
