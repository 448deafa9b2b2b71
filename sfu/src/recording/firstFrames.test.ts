import { beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createFirstFrames, type FirstFrames } from './firstFrames.ts';

const START_MS = 1_700_000_000_000;
const RTP_MODULUS = 2 ** 32;

/** A tap that is followed as long as `send` does something. */
interface Followed {
  send?: (rtpTimestamp: number) => void;
  close: () => void;
}

let clock: ManualClock;
let firstFrames: FirstFrames;
let quicker: { rtpTimestamp: number; atMs: number }[];

beforeEach(() => {
  clock = createManualClock(START_MS);
  firstFrames = createFirstFrames({ clock });
  quicker = [];
});

function follow(): Followed {
  const followed: Followed = { close: () => undefined };
  firstFrames.follow(
    {
      onPacket(listener) {
        followed.send = listener;
        return () => delete followed.send;
      },
      onClosed: (listener) => void (followed.close = () => listener('producer-closed')),
    },
    (rtpTimestamp, atMs) => quicker.push({ rtpTimestamp, atMs: atMs - START_MS }),
  );
  return followed;
}

describe('the first frames of a run', () => {
  it.each([0, RTP_MODULUS - 4_000])(
    'are told of if they come quicker than all before, from %d on',
    (base) => {
      const run = follow();
      const packet = (dueMs: number, lateMs: number): void => {
        clock.advance(START_MS + dueMs + lateMs - clock.nowMs());
        run.send?.((base + dueMs * 90) % RTP_MODULUS);
      };
      packet(0, 150);
      packet(0, 160);
      packet(33, 140);
      packet(67, 141);
      packet(100, 139.5);
      packet(300, 20);
      packet(333, 30);
      expect(quicker).toEqual([
        { rtpTimestamp: (base + 33 * 90) % RTP_MODULUS, atMs: 173 },
        { rtpTimestamp: (base + 300 * 90) % RTP_MODULUS, atMs: 320 },
      ]);
    },
  );

  it('are followed for two seconds from the first packet, however late that comes', () => {
    const run = follow();
    clock.advance(60_000);
    run.send?.(0);
    clock.advance(1_999);
    expect(run.send).toBeDefined();
    clock.advance(1);
    expect(run.send).toBeUndefined();
  });

  it('are followed in fifty runs at once, and in others as soon as some have gone on or are over', () => {
    const runs = Array.from({ length: 50 }, follow);
    expect(follow().send).toBeUndefined();
    runs[0]?.send?.(0);
    clock.advance(2_000);
    const next = follow();
    expect(next.send).toBeDefined();
    expect(follow().send).toBeUndefined();
    next.send?.(0);
    next.close();
    expect(clock.pending).toBe(0);
    expect(follow().send).toBeDefined();
  });
});
