import { describe, expect, it } from '@jest/globals';
import { availableOutgoingBps, readSenderSample, senderRates } from './senderStats.ts';

const OUTBOUND = {
  type: 'outbound-rtp',
  timestamp: 2_000,
  bytesSent: 50_000,
  targetBitrate: 400_000,
  framesPerSecond: 29,
  frameWidth: 1920,
  frameHeight: 1080,
  qualityLimitationReason: 'bandwidth',
};

const reportOf = (...stats: object[]): RTCStatsReport =>
  new Map(stats.map((entry, index) => [String(index), entry]));

describe('sender statistics', () => {
  it('are read from the outgoing stream', () => {
    expect(readSenderSample(reportOf({ type: 'codec' }, OUTBOUND))).toEqual({
      timestampMs: 2_000,
      bytesSent: 50_000,
      targetBps: 400_000,
      framesPerSecond: 29,
      width: 1920,
      height: 1080,
      limitedBy: 'bandwidth',
    });
  });

  it('do not exist before the first packet, and have no size before the first frame', () => {
    expect(readSenderSample(reportOf({ type: 'codec' }))).toBeUndefined();
    const audioLike = { type: 'outbound-rtp', timestamp: 1, bytesSent: 0, qualityLimitationReason: 'none' };
    expect(readSenderSample(reportOf(audioLike))).toMatchObject({
      targetBps: 0,
      width: 0,
      limitedBy: undefined,
    });
  });

  it('give the mean bit rate since the sample before', () => {
    const now = readSenderSample(reportOf(OUTBOUND));
    if (now === undefined) throw new Error('no sample');
    expect(senderRates(undefined, now).bitrateBps).toBe(0);
    expect(senderRates({ ...now, timestampMs: 1_000, bytesSent: 25_000 }, now).bitrateBps).toBe(200_000);
    expect(senderRates(now, now).bitrateBps).toBe(0);
  });

  it('give what congestion control grants on the pair in use', () => {
    const pair = { type: 'candidate-pair', state: 'succeeded', availableOutgoingBitrate: 900_000 };
    expect(availableOutgoingBps(reportOf({ ...pair, nominated: false }))).toBeUndefined();
    expect(availableOutgoingBps(reportOf({ ...pair, nominated: true }))).toBe(900_000);
  });
});
