import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createStallDetector } from './stallDetector.ts';

/** Observes once a second; returns the second at which the run counts as stalled, if it does. */
function observeAll(
  rounds: readonly { grew: boolean; packetsSent?: number; pictureMs?: number; waitsForDisk?: boolean }[],
): number | undefined {
  const detector = createStallDetector({ stallMs: 5_000, diskMs: 20_000 });
  const at = rounds.findIndex(({ grew, packetsSent, pictureMs = 0, waitsForDisk = false }, second) => {
    const sent = packetsSent === undefined ? undefined : { packetsSent, pictureMs };
    return detector.observe({ nowMs: second * 1_000, grew, sent, waitsForDisk }) !== undefined;
  });
  return at === -1 ? undefined : at;
}

describe('a stall', () => {
  it('is seen 5 s after packets began to go out in vain', () => {
    const rounds = Array.from({ length: 20 }, (_, second) => ({ grew: false, packetsSent: second * 60 }));
    expect(observeAll(rounds)).toBe(6);
  });

  it('is never a screen on which nothing happens', () => {
    expect(
      observeAll(Array.from({ length: 600 }, () => ({ grew: false, packetsSent: 123 }))),
    ).toBeUndefined();
  });

  it('is never one frame that waits in ffmpeg for the next', () => {
    const rounds = Array.from({ length: 60 }, (_, second) => ({
      grew: false,
      packetsSent: second < 3 ? 10 : 25,
    }));
    expect(observeAll(rounds)).toBeUndefined();
  });

  it('is never one large picture over a narrow uplink, also when that becomes wide meanwhile', () => {
    const rounds = Array.from({ length: 60 }, (_, second) => ({
      grew: second % 11 === 10,
      packetsSent: second * 30,
      pictureMs: second % 11 < 9 ? 6_700 : 300,
    }));
    expect(observeAll(rounds)).toBeUndefined();
  });

  it('is seen later by as long as a picture takes', () => {
    const rounds = Array.from({ length: 20 }, (_, second) => ({
      grew: second === 0,
      packetsSent: second * 30,
      pictureMs: 6_700,
    }));
    expect(observeAll(rounds)).toBe(14);
  });

  it('is never claimed while the sfu does not answer', () => {
    expect(observeAll(Array.from({ length: 60 }, () => ({ grew: false })))).toBeUndefined();
  });

  it('is never claimed of a file that grows at least every 5 s', () => {
    const round = fc.record({ quiet: fc.integer({ min: 0, max: 4 }), packets: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(round, { maxLength: 50 }), (plan) => {
        let packetsSent = 0;
        const rounds = plan.flatMap(({ quiet, packets }) => [
          ...Array.from({ length: quiet }, () => ({ grew: false, packetsSent: (packetsSent += packets) })),
          { grew: true },
        ]);
        expect(observeAll(rounds)).toBeUndefined();
      }),
    );
  });

  it('is not claimed of a run that waits for the disk, nor within 5 s of its waking up', () => {
    const rounds = Array.from({ length: 60 }, (_, second) => ({
      grew: false,
      packetsSent: second * 60,
      waitsForDisk: second < 15,
    }));
    expect(observeAll(rounds)).toBe(14 + 5);
  });

  it('is claimed of a run that waits for the disk for too long', () => {
    const rounds = Array.from({ length: 60 }, (_, second) => ({
      grew: false,
      packetsSent: second * 60,
      waitsForDisk: true,
    }));
    expect(observeAll(rounds)).toBe(19 + 5);
  });

  it('needs more than its file to be seen only while the file does not grow', () => {
    const detector = createStallDetector({ stallMs: 5_000, diskMs: 20_000 });
    expect(detector.needsMore).toBe(false);
    detector.observe({ nowMs: 0, grew: false, sent: undefined, waitsForDisk: false });
    expect(detector.needsMore).toBe(true);
    detector.observe({
      nowMs: 1_000,
      grew: true,
      sent: { packetsSent: 7, pictureMs: 0 },
      waitsForDisk: false,
    });
    expect(detector.needsMore).toBe(false);
  });
});
