import { describe, expect, it } from '@jest/globals';
import { parseRtp, rtpHeader } from './rtp.ts';

const packet = {
  marker: true,
  payloadType: 96,
  sequenceNumber: 65_535,
  timestamp: 4_294_967_295,
  ssrc: 3_000_000_000,
};

describe('an RTP header', () => {
  it('is read as it was written', () => {
    const payload = Buffer.from([1, 2, 3]);
    expect(parseRtp(Buffer.concat([rtpHeader(packet), payload]))).toEqual({ ...packet, payload });
  });

  it('wraps numbers that have outgrown their fields', () => {
    const header = rtpHeader({ ...packet, sequenceNumber: 65_536 + 7, timestamp: 2 ** 32 + 9 });
    expect(parseRtp(header)).toMatchObject({ sequenceNumber: 7, timestamp: 9 });
  });

  it('is refused where it has parts that a replay would have to change', () => {
    const extended = rtpHeader(packet);
    extended.writeUInt8(0x90, 0);
    expect(() => parseRtp(extended)).toThrow('fixed header');
    expect(() => parseRtp(Buffer.alloc(5))).toThrow('fixed header');
  });
});
