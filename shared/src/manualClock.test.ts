import { describe, expect, it } from '@jest/globals';
import { createManualClock } from './manualClock.ts';

describe('the manual clock', () => {
  it('runs what is due in order of time, at that time', () => {
    const clock = createManualClock(1_000);
    const seen: [string, number][] = [];
    clock.after(30, () => seen.push(['late', clock.nowMs()]));
    clock.after(10, () => seen.push(['early', clock.nowMs()]));
    clock.every(20, () => seen.push(['again', clock.nowMs()]));
    clock.advance(40);
    expect(seen).toEqual([
      ['early', 1_010],
      ['again', 1_020],
      ['late', 1_030],
      ['again', 1_040],
    ]);
    expect(clock.nowMs()).toBe(1_040);
    expect(clock.pending).toBe(1);
  });

  it('keeps the order in which timers of the same moment were set', () => {
    const clock = createManualClock();
    const seen: string[] = [];
    clock.after(5, () => seen.push('first'));
    clock.after(5, () => seen.push('second'));
    clock.advance(5);
    expect(seen).toEqual(['first', 'second']);
  });

  it('runs what a callback sets for the time that is being passed', () => {
    const clock = createManualClock();
    const seen: number[] = [];
    clock.after(10, () => clock.after(10, () => seen.push(clock.nowMs())));
    clock.advance(25);
    expect(seen).toEqual([20]);
  });

  it('lets the wall clock be set without any timer taking notice', () => {
    const clock = createManualClock(1_000);
    const seen: number[] = [];
    clock.after(10, () => seen.push(clock.nowMs()));
    clock.moveWallClock(3_600_000);
    expect(clock.nowMs()).toBe(3_601_000);
    clock.advance(9);
    expect(seen).toEqual([]);
    clock.moveWallClock(-3_600_500);
    clock.advance(1);
    expect(seen).toEqual([510]);
  });

  it('never runs what was cancelled, also from within its own callback', () => {
    const clock = createManualClock();
    let runs = 0;
    const cancel = clock.every(10, () => {
      runs += 1;
      if (runs === 2) cancel();
    });
    clock.after(5, () => {
      runs += 100;
    })();
    clock.advance(100);
    expect(runs).toBe(2);
    expect(clock.pending).toBe(0);
  });
});
