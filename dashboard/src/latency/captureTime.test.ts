import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { captureTimeMs, captureToPaintMs } from './captureTime.ts';

const NTP_TO_UNIX_MS = 2_208_988_800_000;
const CAPTURED_MS = Date.parse('2026-03-01T12:00:00Z');

describe('the capture time of a painted frame', () => {
  it('is the newest one itself, if that is the frame', () => {
    const newest = { rtpTimestamp: 9_000, captureTimestampMs: CAPTURED_MS + NTP_TO_UNIX_MS };
    expect(captureTimeMs(9_000, newest)).toBe(CAPTURED_MS);
  });

  it('goes back by the RTP clock from a newer frame, and forth from an older one, across its wrapping', () => {
    const rtp = fc.integer({ min: 0, max: 0xffff_ffff });
    const aheadMs = fc.integer({ min: -10_000, max: 10_000 });
    fc.assert(
      fc.property(rtp, aheadMs, (painted, newerByMs) => {
        const newest = {
          rtpTimestamp: (painted + newerByMs * 90) >>> 0,
          captureTimestampMs: CAPTURED_MS + NTP_TO_UNIX_MS + newerByMs,
        };
        expect(captureTimeMs(painted, newest)).toBe(CAPTURED_MS);
      }),
    );
  });
});

describe('the latency from capture to paint', () => {
  it('does not depend on how the two clocks are set', () => {
    const skewMs = fc.integer({ min: -86_400_000, max: 86_400_000 });
    fc.assert(
      fc.property(skewMs, skewMs, fc.nat(5_000), (agentMs, viewerMs, latencyMs) => {
        const captured = CAPTURED_MS - agentMs;
        const painted = CAPTURED_MS + latencyMs - viewerMs;
        expect(captureToPaintMs(captured, painted, { agentMs, viewerMs })).toBe(latencyMs);
      }),
    );
  });
});
