/**
 * CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF) over `bytes`.
 *
 * At the length of a pattern it detects every damage of up to three bits, of an odd number of bits,
 * and every burst of up to 16 bits.
 */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
    }
  }
  return crc;
}
