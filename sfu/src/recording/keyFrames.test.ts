import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import * as fc from 'fast-check';
import { createFakeEngine, type FakeTap } from '../media/fakeEngine.ts';
import { createKeyFrameScheduler, nextKeyFrameMs } from './keyFrames.ts';

const SEGMENT_MS = 6_000;
const logger = createLogger('test', 'silent');

describe('when the next key frame is asked for', () => {
  it('once per segment while the uplink is wide', () => {
    const history = { segmentStartMs: 1_000, lastKeyFrameMs: 1_000, keyFrameBytes: 250_000, uplinkBps: 20e6 };
    expect(nextKeyFrameMs(history, SEGMENT_MS)).toBe(7_000);
  });

  it('later where key frames would take more than a fifth of the uplink', () => {
    const history = { segmentStartMs: 0, lastKeyFrameMs: 0, keyFrameBytes: 75_000, uplinkBps: 1_200_000 };
    expect(nextKeyFrameMs(history, SEGMENT_MS)).toBe(6_000);
    expect(nextKeyFrameMs({ ...history, keyFrameBytes: 75_000, uplinkBps: 300_000 }, SEGMENT_MS)).toBe(
      30_000,
    );
    expect(nextKeyFrameMs({ ...history, keyFrameBytes: 18_000, uplinkBps: 300_000 }, SEGMENT_MS)).toBe(6_000);
  });

  it('takes a key frame for a large one where the uplink was too narrow to tell', () => {
    const history = { segmentStartMs: 0, lastKeyFrameMs: 0, keyFrameBytes: 60_000, uplinkBps: 500_000 };
    expect(nextKeyFrameMs(history, SEGMENT_MS)).toBe(20_000);
    expect(nextKeyFrameMs({ ...history, keyFrameBytes: undefined }, SEGMENT_MS)).toBe(20_000);
    expect(nextKeyFrameMs({ ...history, keyFrameBytes: 300_000 }, SEGMENT_MS)).toBe(24_000);
  });

  it('never before the segment is full, never beyond 30 s, and not above a fifth of the uplink in between', () => {
    fc.assert(
      fc.property(
        fc.nat(SEGMENT_MS - 1),
        fc.nat(1_000_000),
        fc.integer({ min: 10_000, max: 50_000_000 }),
        (sinceMs, keyFrameBytes, uplinkBps) => {
          const dueMs = nextKeyFrameMs(
            { segmentStartMs: 0, lastKeyFrameMs: sinceMs, keyFrameBytes, uplinkBps },
            SEGMENT_MS,
          );
          expect(dueMs).toBeGreaterThanOrEqual(SEGMENT_MS);
          expect(dueMs).toBeLessThanOrEqual(30_000);
          if (dueMs > SEGMENT_MS && dueMs < 30_000) {
            expect((keyFrameBytes * 8) / ((dueMs - sinceMs) / 1_000)).toBeLessThanOrEqual(uplinkBps / 5 + 1);
          }
        },
      ),
    );
  });
});

async function scheduled(uplinkBps: () => number | undefined = () => undefined) {
  const engine = createFakeEngine();
  const { router } = await engine.placeAgent('company');
  const producer = await (
    await router.createTransport()
  ).produce({ kind: 'video', rtpParameters: { codecs: [] } });
  await router.createTap(producer.id);
  const tap: FakeTap | undefined = engine.taps[0];
  if (tap === undefined) throw new Error('no tap');
  const clock = createManualClock();
  createKeyFrameScheduler({
    tap,
    segmentMs: SEGMENT_MS,
    stagger: 0,
    uplinkBps,
    clock,
    logger,
  });
  tap.sendKeyFrame(0, 10_000);
  return { tap, clock };
}

/** Lets what waits for promises run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('key frame scheduler', () => {
  it('asks when a segment has passed without a key frame', async () => {
    const { tap, clock } = await scheduled();
    clock.advance(SEGMENT_MS - 1);
    expect(tap.keyFramesRequested).toBe(0);
    clock.advance(1);
    expect(tap.keyFramesRequested).toBe(1);
  });

  it('asks for none while they come by themselves', async () => {
    const { tap, clock } = await scheduled();
    for (let count = 1; count <= 10; count += 1) {
      clock.advance(4_000);
      tap.sendKeyFrame(count, 10_000);
      await settle();
    }
    expect(tap.keyFramesRequested).toBe(0);
  });

  it('lets the measured size of a key frame decide on a narrow uplink', async () => {
    const { tap, clock } = await scheduled(() => 100_000);
    clock.advance(1);
    tap.sendKeyFrame(1, 30_000);
    await settle();
    clock.advance(1_000);
    await settle();
    clock.advance(SEGMENT_MS);
    expect(tap.keyFramesRequested).toBe(0);
    clock.advance(24_000);
    expect(tap.keyFramesRequested).toBe(1);
  });

  it('puts a key frame off if the uplink has become narrow since it was planned', async () => {
    let uplinkBps = 20_000_000;
    const { tap, clock } = await scheduled(() => uplinkBps);
    clock.advance(SEGMENT_MS - 1);
    uplinkBps = 300_000;
    clock.advance(1);
    expect(tap.keyFramesRequested).toBe(0);
    clock.advance(24_000);
    expect(tap.keyFramesRequested).toBe(1);
  });

  it('leaves no timer behind when the tap closes', async () => {
    const { tap, clock } = await scheduled();
    await settle();
    tap.close();
    expect(clock.pending).toBe(0);
  });
});
