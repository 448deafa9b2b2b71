import { describe, expect, it } from '@jest/globals';
import { senderReport } from './rtcp.ts';
import { primingPacket } from './silence.ts';

const HOUR_TICKS = 3_600 * 90_000;
const ntpOf = (ticks: number): bigint => senderReport({ rtpTimestamp: 0, ticks }).readBigUInt64BE(8);

describe('a report of time', () => {
  it('is a sender report of 28 bytes with the RTP timestamp', () => {
    const report = senderReport({ rtpTimestamp: 4_000_000_000, ticks: 0 });
    expect([report[1], report.length, report.readUInt16BE(2), report.readUInt32BE(16)]).toEqual([
      200, 28, 6, 4_000_000_000,
    ]);
  });

  it('tells media time to the tick, for as long as runs last, and before the first key frame too', () => {
    for (const ticks of [-90_000, 1, 12_345, HOUR_TICKS * 24 * 30 + 1]) {
      const seconds = Number(ntpOf(ticks) - ntpOf(0)) / 2 ** 32;
      expect(Math.round(seconds * 90_000)).toBe(ticks);
    }
  });

  it('never looks like a time that ffmpeg takes for unknown', () => {
    expect(ntpOf(0)).not.toBe(1n << 63n);
  });
});

describe('the packet that primes sound', () => {
  it('is numbered 0, has the payload type and a time that is not 0', () => {
    const packet = primingPacket(100);
    expect([packet[1], packet.readUInt16BE(2), packet.readUInt32BE(4)]).toEqual([100, 0, 1]);
  });
});
