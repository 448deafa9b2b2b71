import { beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createTimeline, type Slept, type Timeline } from './timeline.ts';

const HOUR_MS = 3_600_000;

let clock: ManualClock;
/** What the clock that nobody sets has missed: sleep. */
let missedMs: number;
/** How far somebody has set the wall clock. */
let setMs: number;
let timeline: Timeline;
let heard: { jumps: number; slept: Slept[]; offsets: number[] };

beforeEach(() => {
  clock = createManualClock();
  missedMs = 0;
  setMs = 0;
  timeline = createTimeline({
    clock: { ...clock, nowMs: () => clock.nowMs() + setMs },
    monotonicMs: () => clock.nowMs() - missedMs,
    onListenerError: (error) => {
      throw error;
    },
  });
  heard = { jumps: 0, slept: [], offsets: [] };
  timeline.events.on('jumped', () => void (heard.jumps += 1));
  timeline.events.on('slept', (slept) => heard.slept.push(slept));
  timeline.events.on('measured', (offsetMs) => heard.offsets.push(offsetMs));
});

/** The server's clock is the manual one, which nobody sets: what is measured makes up for what was set. */
const measure = (): void => timeline.measured({ offsetMs: -setMs });
const sfuNowMs = (): number => timeline.nowMs() + timeline.offsetMs;

function sleep(durationMs: number): void {
  missedMs += durationMs;
  // Timers do not run during sleep: this one step stands for all of it.
  setMs += durationMs;
  clock.advance(1_000);
}

describe('the agent’s time', () => {
  it('is corrected by what was measured, also when the clock is wrong by an hour', () => {
    setMs = HOUR_MS;
    clock.advance(1_000);
    measure();
    clock.advance(30_000);
    expect(sfuNowMs()).toBe(clock.nowMs());
  });

  it('goes on evenly when the clock is set back', () => {
    measure();
    const beforeMs = timeline.nowMs();
    setMs = -HOUR_MS;
    clock.advance(5_000);
    expect(timeline.nowMs() - beforeMs).toBe(5_000);
    expect(sfuNowMs()).toBe(clock.nowMs());
    measure();
    expect(sfuNowMs()).toBe(clock.nowMs());
    expect(heard).toMatchObject({ jumps: 0, slept: [] });
  });

  it('takes a clock that was set forward for no sleep, and is right when it is measured again', () => {
    measure();
    setMs = HOUR_MS;
    clock.advance(2_000);
    expect(heard.jumps).toBe(1);
    expect(timeline.isMeasured).toBe(false);
    measure();
    expect(timeline.isMeasured).toBe(true);
    expect(sfuNowMs()).toBe(clock.nowMs());
    expect(heard.slept).toEqual([]);
  });

  it('catches up after a sleep, and tells of it when the next measurement agrees with the one before', () => {
    measure();
    clock.advance(10_000);
    const fromMs = timeline.nowMs();
    sleep(600_000);
    expect(heard.jumps).toBe(1);
    expect(heard.slept).toEqual([]);
    timeline.measured({ offsetMs: 0 });
    expect(heard.slept).toEqual([{ fromMs, toMs: fromMs + 601_000 }]);
    expect(timeline.isMeasured).toBe(true);
  });

  it('does not mind small corrections', () => {
    measure();
    setMs = 900;
    clock.advance(60_000);
    expect(heard.jumps).toBe(0);
    measure();
    expect(sfuNowMs()).toBe(clock.nowMs());
  });
});
