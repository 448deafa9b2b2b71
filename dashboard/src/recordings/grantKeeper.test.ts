import { describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createGrantKeeper, type GrantKeeper } from './grantKeeper.ts';

const LIFE_MS = 600_000;
/** The server's clock is ahead of ours. */
const OFFSET_MS = 5_000_000;

interface Setup {
  clock: ManualClock;
  keeper: GrantKeeper;
  errors: unknown[];
  grants: () => number;
  fail: (failing: boolean) => void;
  pass: (ms: number) => Promise<void>;
}

async function build(): Promise<Setup> {
  const clock = createManualClock(1_000);
  const errors: unknown[] = [];
  let grants = 0;
  let failing = false;
  const serverNowMs = (): number => clock.nowMs() + OFFSET_MS;
  const keeper = await createGrantKeeper({
    grant: async () => {
      if (failing) throw new Error('no recorder');
      grants += 1;
      return {
        playlistUrl: `http://127.0.0.1:4000/media/playlist/1.m3u8?token=t${grants}`,
        thumbnailsUrl: `http://127.0.0.1:4000/media/thumbnails/1.vtt?token=t${grants}`,
        expiresAtMs: serverNowMs() + LIFE_MS,
        recorderId: 'recorder',
        elsewhere: [],
      };
    },
    clock,
    serverNowMs,
    onError: (error) => errors.push(error),
  });
  return {
    clock,
    keeper,
    errors,
    grants: () => grants,
    fail: (now) => (failing = now),
    pass: async (ms) => {
      clock.advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const SEGMENT = 'http://127.0.0.1:4000/media/t/run/000000.ts';

describe('a playback grant', () => {
  it('is renewed before it expires, by the clock of the server', async () => {
    const { keeper, grants, pass } = await build();
    for (let renewal = 2; renewal < 6; renewal += 1) {
      await pass(LIFE_MS * 0.7 - 1);
      expect(grants()).toBe(renewal - 1);
      await pass(1);
      expect(grants()).toBe(renewal);
      expect(keeper.playlistUrl).toContain(`token=t${renewal}`);
    }
  });

  it('puts its newest token into every address of the recorder, and keeps what else is there', async () => {
    const { keeper, pass } = await build();
    expect(keeper.withNewestToken(`${SEGMENT}?token=old`)).toBe(`${SEGMENT}?token=t1`);
    await pass(LIFE_MS * 0.7);
    expect(keeper.withNewestToken(`${SEGMENT}?a=1&token=t1`)).toBe(`${SEGMENT}?a=1&token=t2`);
    expect(keeper.withNewestToken(SEGMENT)).toBe(`${SEGMENT}?token=t2`);
  });

  it('gives its token to no other server', async () => {
    const { keeper } = await build();
    const elsewhere = 'http://127.0.0.1:4001/x.ts?token=old';
    expect(keeper.withNewestToken(elsewhere)).toBe(elsewhere);
  });

  it('is asked for again after a failure, and the player told', async () => {
    const { keeper, errors, fail, pass } = await build();
    fail(true);
    await pass(LIFE_MS * 0.7);
    await pass(5_000);
    expect(errors).toHaveLength(2);
    expect(keeper.playlistUrl).toContain('token=t1');
    fail(false);
    await pass(5_000);
    expect(keeper.playlistUrl).toContain('token=t2');
  });

  it('renewed out of turn, when it was refused, is not renewed twice', async () => {
    const { clock, keeper, grants } = await build();
    await keeper.renew();
    expect(grants()).toBe(2);
    expect(clock.pending).toBe(1);
  });

  it('is let go of when the player closes', async () => {
    const { clock, keeper } = await build();
    keeper.close();
    await keeper.renew();
    expect(clock.pending).toBe(0);
  });
});
