import { describe, expect, it } from '@jest/globals';
import { costOf } from './losses.ts';

const stream = (...frames: number[]) => ({ originMs: 1_000, msPerFrame: 100, onDisk: new Set(frames) });
const kill = { sinceMs: 1_000, atMs: 1_550, untilMs: 3_000 };

describe('the cost of a kill', () => {
  it('is nothing if the frame of that moment is there', () => {
    expect(costOf(stream(4, 5, 8), kill)).toEqual({ lostMs: 0, outageMs: 250 });
  });

  it('is every frame back to the last one that is there', () => {
    expect(costOf(stream(1, 2, 9), kill)).toEqual({ lostMs: 300, outageMs: 350 });
  });

  it('ends where the stream was last seen recorded', () => {
    expect(costOf(stream(20), { ...kill, sinceMs: 1_300 }).lostMs).toBe(200);
  });

  it('has an outage without an end if nothing follows', () => {
    expect(costOf(stream(5), kill)).toEqual({ lostMs: 0, outageMs: undefined });
  });
});
