import { TypedEmitter, type Clock, type ClockOffset, type ListenerErrorHandler } from '@sightline/shared';

const PERIOD_MS = 1_000;
/** A wall clock that is corrected in smaller steps does not matter: it is not read in between. */
const JUMP_MS = 2_000;
/** So much may two measurements over a jump differ where the machine slept, and the clock was right. */
const SAME_OFFSET_MS = 1_000;

/** A time in which the machine did nothing, in the agent's time. */
export interface Slept {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a {@link Timeline} tells. */
export type TimelineEvents = {
  /** Time did not pass evenly: what is measured from before to after it is wrong. */
  jumped: [];
  /** How far the sfu's clock is ahead of the agent's time was measured. */
  measured: [offsetMs: number];
  /** The jump before was a sleep, not a clock that was set. */
  slept: [Slept];
};

/**
 * The agent's time: the wall clock as it was when the page began, and from there a clock that nobody sets. A sleep,
 * during which that clock may stand still, makes it catch up with the wall clock.
 */
export interface Timeline {
  readonly events: TypedEmitter<TimelineEvents>;
  nowMs(): number;
  /** Add to the agent's time to get the sfu's. As it was measured last; 0 before. */
  readonly offsetMs: number;
  /** Whether the offset was measured since time jumped. */
  readonly isMeasured: boolean;
  /** Takes a measurement that was made against the wall clock. */
  measured(offset: Pick<ClockOffset, 'offsetMs'>): void;
  close(): void;
}

/** Builds a {@link Timeline}. `monotonicMs` has any base. */
export function createTimeline(deps: {
  clock: Clock;
  monotonicMs: () => number;
  onListenerError: ListenerErrorHandler;
}): Timeline {
  const { clock, monotonicMs } = deps;
  const events = new TypedEmitter<TimelineEvents>(deps.onListenerError);
  let aheadMs = clock.nowMs() - monotonicMs();
  let offsetMs = 0;
  let isMeasured = false;
  let wasEverMeasured = false;
  let lastSeenMs = clock.nowMs();
  /** Jumps whose cause the next measurement tells. */
  let unexplained: Slept[] = [];

  const nowMs = (): number => monotonicMs() + aheadMs;

  function look(): void {
    const jumpMs = clock.nowMs() - nowMs();
    // A timer that comes late by so much slept, too, where the other clock goes on during sleep.
    const lateMs = nowMs() - lastSeenMs - PERIOD_MS;
    const fromMs = lastSeenMs;
    if (jumpMs >= JUMP_MS) aheadMs += jumpMs;
    lastSeenMs = nowMs();
    if (jumpMs < JUMP_MS && lateMs < SUSPENDED_MS) return;
    if (wasEverMeasured) unexplained.push({ fromMs, toMs: lastSeenMs });
    if (jumpMs >= JUMP_MS) isMeasured = false;
    events.emit('jumped');
  }

  const stop = clock.every(PERIOD_MS, look);

  return {
    events,
    nowMs,
    get offsetMs() {
      return offsetMs;
    },
    get isMeasured() {
      return isMeasured;
    },
    measured(measurement) {
      look();
      const nowAheadMs = measurement.offsetMs + clock.nowMs() - nowMs();
      const wasSame = Math.abs(nowAheadMs - offsetMs) < SAME_OFFSET_MS;
      const explained = unexplained;
      unexplained = [];
      offsetMs = nowAheadMs;
      isMeasured = true;
      wasEverMeasured = true;
      events.emit('measured', offsetMs);
      if (wasSame) for (const slept of explained) events.emit('slept', slept);
    },
    close() {
      stop();
      events.removeAll();
    },
  };
}

/** No browser makes a timer wait for so long while it runs. */
const SUSPENDED_MS = 90_000;
