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
    await router.createTransport('watch')
  ).produce({ kind: 'video', rtpParameters: { codecs: [] } });
  await router.createTap(producer.id);
  const tap: FakeTap | undefined = engine.taps[0];
  if (tap === undefined) throw new Error('no tap');
  const clock = createManualClock();
  const { repair } = createKeyFrameScheduler({
    tap,
    segmentMs: SEGMENT_MS,
    stagger: 0,
    uplinkBps,
    clock,
    logger,
  });
  tap.sendKeyFrame(0, 10_000);
  await settle();
  /** Time passes, in steps small enough for everything that waits, while the screen sends so much. */
  const pass = async (ms: number, bitrateBps = 0): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += 500) {
      const stepMs = Math.min(500, ms - passedMs);
      tap.sendFrames((bitrateBps * stepMs) / 8_000);
      clock.advance(stepMs);
      await settle();
    }
  };
  return { tap, clock, pass, repair };
}

/** Lets what waits for promises run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const MOVING_BPS = 400_000;

describe('key frame scheduler', () => {
  it('asks when a segment has passed without a key frame', async () => {
    const { tap, pass } = await scheduled();
    await pass(SEGMENT_MS - 1, MOVING_BPS);
    expect(tap.keyFramesRequested).toBe(0);
    await pass(1, MOVING_BPS);
    expect(tap.keyFramesRequested).toBe(1);
  });

  it('asks for none while they come by themselves', async () => {
    const { tap, pass } = await scheduled();
    for (let count = 1; count <= 10; count += 1) {
      await pass(4_000, MOVING_BPS);
      tap.sendKeyFrame(count, 10_000);
    }
    expect(tap.keyFramesRequested).toBe(0);
  });

  it('asks for fewer while the screen stands still, and soon after it moves again', async () => {
    const still = await scheduled();
    await still.pass(19_000, 10_000);
    expect(still.tap.keyFramesRequested).toBe(0);
    await still.pass(1_000, 10_000);
    expect(still.tap.keyFramesRequested).toBe(1);

    const moved = await scheduled();
    await moved.pass(9_000);
    await moved.pass(1_500, MOVING_BPS);
    expect(moved.tap.keyFramesRequested).toBe(1);
  });

  it('lets the measured size of a key frame decide on a narrow uplink', async () => {
    const { tap, pass } = await scheduled(() => 100_000);
    tap.sendKeyFrame(1, 30_000);
    await pass(1_000 + SEGMENT_MS, 50_000);
    expect(tap.keyFramesRequested).toBe(0);
    await pass(24_000, 50_000);
    expect(tap.keyFramesRequested).toBe(1);
  });

  it('puts a key frame off if the uplink has become narrow since it was planned', async () => {
    let uplinkBps = 20_000_000;
    const { tap, pass } = await scheduled(() => uplinkBps);
    await pass(SEGMENT_MS - 1, MOVING_BPS);
    uplinkBps = 300_000;
    await pass(1, MOVING_BPS);
    expect(tap.keyFramesRequested).toBe(0);
    await pass(24_000, MOVING_BPS);
    expect(tap.keyFramesRequested).toBe(1);
  });

  it('asks at once when packets were lost, and once for all losses of a second', async () => {
    const { tap, pass, repair } = await scheduled(() => 6_000_000);
    await pass(3_000, MOVING_BPS);
    for (let count = 0; count < 5; count += 1) repair();
    expect(tap.keyFramesRequested).toBe(1);
    await pass(500, MOVING_BPS);
    repair();
    expect(tap.keyFramesRequested).toBe(1);
    await pass(500, MOVING_BPS);
    expect(tap.keyFramesRequested).toBe(2);
  });

  it('asks for none while the last one may be under way on a narrow uplink, then for one', async () => {
    const { tap, pass, repair } = await scheduled(() => 400_000);
    for (let count = 0; count < 4; count += 1) {
      await pass(1_000, MOVING_BPS);
      repair();
    }
    expect(tap.keyFramesRequested).toBe(0);
    await pass(1_000, MOVING_BPS);
    expect(tap.keyFramesRequested).toBe(1);
    repair();
    await pass(4_500, MOVING_BPS);
    expect(tap.keyFramesRequested).toBe(1);
    await pass(500, MOVING_BPS);
    expect(tap.keyFramesRequested).toBe(2);
  });

  it('asks for none after a loss whose damage a key frame has ended', async () => {
    const { tap, pass, repair } = await scheduled(() => 400_000);
    await pass(1_000, MOVING_BPS);
    repair();
    tap.sendKeyFrame(1, 10_000);
    await pass(6_000, MOVING_BPS);
    expect(tap.keyFramesRequested).toBe(0);
  });

  it('waits no longer than for a segment, however narrow the uplink', async () => {
    const { tap, pass, repair } = await scheduled(() => 10_000);
    await pass(29_500, MOVING_BPS);
    repair();
    expect(tap.keyFramesRequested).toBe(0);
    await pass(500, MOVING_BPS);
    expect(tap.keyFramesRequested).toBe(1);
  });

  it('leaves no timer behind when the tap closes', async () => {
    const { tap, clock } = await scheduled();
    tap.close();
    expect(clock.pending).toBe(0);
  });
});
