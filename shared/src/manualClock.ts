import type { Clock } from './clock.ts';

interface Timer {
  dueMs: number;
  periodMs: number | undefined;
  callback: () => void;
}

/** A clock for tests: time passes only in {@link ManualClock.advance}. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms` and runs what has become due, in order of its time. */
  advance(ms: number): void;
  /** Sets the wall clock forward or back, as an administrator or NTP does: timers take no notice. */
  moveWallClock(ms: number): void;
  /** How many timers wait. */
  readonly pending: number;
}

/** Builds a {@link ManualClock} that starts at `startMs`. */
export function createManualClock(startMs = 0): ManualClock {
  let nowMs = startMs;
  let wallOffsetMs = 0;
  const timers = new Set<Timer>();
  const add = (delayMs: number, periodMs: number | undefined, callback: () => void): (() => void) => {
    const timer: Timer = { dueMs: nowMs + delayMs, periodMs, callback };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const nextDue = (untilMs: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  };
  return {
    nowMs: () => nowMs + wallOffsetMs,
    after: (delayMs, callback) => add(delayMs, undefined, callback),
    every: (periodMs, callback) => add(periodMs, periodMs, callback),
    advance(ms) {
      const untilMs = nowMs + ms;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        nowMs = timer.dueMs;
        if (timer.periodMs === undefined) timers.delete(timer);
        else timer.dueMs += timer.periodMs;
        timer.callback();
      }
      nowMs = untilMs;
    },
    moveWallClock(ms) {
      wallOffsetMs += ms;
    },
    get pending() {
      return timers.size;
    },
  };
}
