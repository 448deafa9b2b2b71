import { crc16 } from './crc16.ts';
import { PATTERN_BYTES } from './patternLayout.ts';

/** What a pattern says. */
export interface PatternPayload {
  /** Number of the painted frame, 32 bits. */
  readonly frame: number;
  /** `Date.now()` at the painting machine when the frame was painted, 48 bits. */
  readonly wallMs: number;
  /** Which display or stream shows the pattern, 8 bits. */
  readonly displayId: number;
}

const CRC_OFFSET = PATTERN_BYTES - 2;
const TWO_POW_32 = 2 ** 32;

function assertUnsigned(name: string, value: number, bits: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new RangeError(`${name} must be an unsigned integer of ${bits} bits, got ${value}`);
  }
}

/**
 * The payload as big-endian bytes, CRC-16 last.
 *
 * @throws RangeError if a field does not fit its width.
 */
export function packPayload(payload: PatternPayload): Uint8Array {
  assertUnsigned('displayId', payload.displayId, 8);
  assertUnsigned('frame', payload.frame, 32);
  assertUnsigned('wallMs', payload.wallMs, 48);
  const bytes = new Uint8Array(PATTERN_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, payload.displayId);
  view.setUint32(1, payload.frame);
  view.setUint16(5, Math.floor(payload.wallMs / TWO_POW_32));
  view.setUint32(7, payload.wallMs % TWO_POW_32);
  view.setUint16(CRC_OFFSET, crc16(bytes.subarray(0, CRC_OFFSET)));
  return bytes;
}

/** The payload in `bytes`, or undefined where the CRC does not match. */
export function unpackPayload(bytes: Uint8Array): PatternPayload | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(CRC_OFFSET) !== crc16(bytes.subarray(0, CRC_OFFSET))) return undefined;
  return {
    displayId: view.getUint8(0),
    frame: view.getUint32(1),
    wallMs: view.getUint16(5) * TWO_POW_32 + view.getUint32(7),
  };
}
