import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createKeyFrameRequests } from './keyFrameRequests.ts';

function setUp() {
  const clock = createManualClock(10_000);
  const requests = createKeyFrameRequests(clock);
  const ask = async (): Promise<() => boolean> => {
    let heard = false;
    void requests.untilHeard().then(() => (heard = true));
    await Promise.resolve();
    await Promise.resolve();
    return () => heard;
  };
  return { clock, requests, ask };
}

describe('whoever needs a key frame', () => {
  it('asks at once when nobody has asked lately', async () => {
    const { clock, requests, ask } = setUp();
    expect((await ask())()).toBe(true);
    requests.requested();
    requests.arrived();
    clock.advance(1_000);
    expect((await ask())()).toBe(true);
  });

  it('shares the one that is on its way', async () => {
    const { requests, ask } = setUp();
    requests.requested();
    expect((await ask())()).toBe(true);
  });

  it('waits while the sender is deaf, for the key frame that came was not for it', async () => {
    const { clock, requests, ask } = setUp();
    requests.requested();
    clock.advance(60);
    requests.arrived();
    const heard = await ask();
    expect(heard()).toBe(false);
    clock.advance(200);
    await Promise.resolve();
    expect(heard()).toBe(false);
    clock.advance(100);
    await Promise.resolve();
    await Promise.resolve();
    expect(heard()).toBe(true);
  });
});
