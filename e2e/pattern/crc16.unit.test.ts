import { describe, expect, it } from '@jest/globals';
import { crc16 } from './crc16.ts';

describe('crc16', () => {
  it('gives the check value of CRC-16/CCITT-FALSE', () => {
    expect(crc16(new TextEncoder().encode('123456789'))).toBe(0x29b1);
  });
});
