import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createPace } from './pace.ts';

const CHUNK_BYTES = 32_768;

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Sends as much as may be sent for 10 s, and returns the rate. */
async function rateOf(uplinkBps: number | undefined): Promise<number> {
  const clock = createManualClock();
  const pace = createPace({ clock, uplinkBps: () => uplinkBps });
  let sent = 0;
  const state = { isOver: false };
  const send = async (): Promise<void> => {
    while (!state.isOver) {
      await pace.turn(CHUNK_BYTES);
      sent += CHUNK_BYTES;
    }
  };
  void send();
  for (let at = 0; at < 200; at += 1) {
    await settle();
    clock.advance(50);
  }
  state.isOver = true;
  return (sent * 8) / 10;
}

describe('the pace of uploads', () => {
  it.each([
    [1_000_000, 500_000],
    [200_000, 100_000],
    [undefined, 500_000],
  ])('of an uplink of %p bit/s takes at most about %d', async (uplinkBps, expectedBps) => {
    const rate = await rateOf(uplinkBps);
    expect(rate).toBeGreaterThan(expectedBps * 0.8);
    expect(rate).toBeLessThan(expectedBps * 1.15);
  });
});
