import { describe, expect, it } from '@jest/globals';
import type { LedgerSpan } from '@sightline/shared';
import { compareWithPictures, screenTimes } from './ledger.ts';

const recorded = (fromMs: number, toMs: number): LedgerSpan => ({
  state: 'recorded',
  fromMs,
  toMs,
  source: 'live',
});
const missing = (fromMs: number, toMs: number): LedgerSpan => ({
  state: 'missing',
  fromMs,
  toMs,
  reason: 'reconnecting',
});
/** A picture every 33 ms, painted 80 ms before it arrives. */
const pictures = (fromMs: number, toMs: number): number[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / 33) }, (_, at) => fromMs - 80 + at * 33);

describe('a ledger compared with pictures', () => {
  const spans = [missing(0, 500), recorded(500, 5_000), missing(5_000, 7_000), recorded(7_000, 9_000)];

  it('fits if each stretch begins and ends where its pictures do', () => {
    const compared = compareWithPictures(spans, [...pictures(7_000, 9_000), ...pictures(500, 5_000)]);
    expect(compared).toMatchObject({ latencyMs: 80, longestPauseMs: 33 });
    expect(compared.worstErrorMs).toBeLessThan(33);
  });

  it('knows how far apart the pictures are that an agent records itself', () => {
    const slow = pictures(5_000, 9_000).filter((_, at) => at % 2 === 0);
    const healed: LedgerSpan = {
      state: 'recorded',
      fromMs: 5_000,
      toMs: (slow.at(-1) ?? 0) + 80 + 66,
      source: 'healed',
    };
    const compared = compareWithPictures([recorded(500, 5_000), healed], [...pictures(500, 5_000), ...slow]);
    expect(compared.worstErrorMs).toBeLessThan(2);
  });

  it('does not fit if a stretch is claimed too long, or has no picture, or a pause', () => {
    const short = compareWithPictures(spans, [...pictures(500, 4_800), ...pictures(7_000, 9_000)]);
    expect(short.worstErrorMs).toBeGreaterThan(150);
    expect(compareWithPictures(spans, pictures(500, 5_000)).worstErrorMs).toBeNaN();
    const paused = [...pictures(500, 2_000), ...pictures(3_000, 5_000), ...pictures(7_000, 9_000)];
    expect(compareWithPictures(spans, paused).longestPauseMs).toBeGreaterThan(900);
  });
});

describe('the times of pictures', () => {
  it('are when they were painted, and go on while nothing is painted', () => {
    const picture = (frame: number, wallMs: number, ptsS: number) => ({
      pattern: { frame, wallMs, displayId: 1 },
      ptsS,
    });
    const unreadable = { pattern: undefined, ptsS: 1.25 };
    const moving = [picture(1, 10_000, 1), picture(2, 10_030, 1.04), unreadable];
    const still = [picture(2, 10_030, 2.04), picture(2, 10_030, 3.04)];
    const times = screenTimes([...moving, ...still, picture(90, 13_000, 0)]);
    expect(times.map(Math.round)).toEqual([10_000, 10_030, 11_030, 12_030, 13_000]);
  });
});
