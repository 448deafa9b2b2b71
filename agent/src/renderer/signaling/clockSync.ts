import { estimateClockOffset, type Clock, type ClockOffset, type TimeSample } from '@sightline/shared';

const SAMPLES = 5;
const PERIOD_MS = 60_000;

/** What a {@link ClockSync} needs of the connection. */
export interface ClockSyncDeps {
  clock: Clock;
  /** The server's wall time, in ms since 1970. */
  askServerTimeMs: () => Promise<number>;
  report: (offset: ClockOffset) => Promise<unknown>;
  /** A measurement failed; the next one comes as planned. */
  onError: (error: unknown) => void;
}

/** Keeps the server informed of how far our clock is from its own. */
export interface ClockSync {
  /** Measures now and then every 60 s. */
  start(): void;
  stop(): void;
}

/** Builds a {@link ClockSync}; one measurement is five questions in a row. */
export function createClockSync({ clock, askServerTimeMs, report, onError }: ClockSyncDeps): ClockSync {
  let stopTimer: (() => void) | undefined;
  let generation = 0;

  async function measure(): Promise<void> {
    const mine = generation;
    const samples: TimeSample[] = [];
    while (samples.length < SAMPLES) {
      const sentMs = clock.nowMs();
      const serverMs = await askServerTimeMs();
      if (mine !== generation) return;
      samples.push({ sentMs, serverMs, receivedMs: clock.nowMs() });
    }
    const offset = estimateClockOffset(samples);
    if (offset !== undefined) await report(offset);
  }

  function measureGuarded(): void {
    const mine = generation;
    measure().catch((error: unknown) => {
      // After a stop the connection is gone, and its failing requests say nothing new.
      if (mine === generation) onError(error);
    });
  }

  function stop(): void {
    generation += 1;
    stopTimer?.();
    stopTimer = undefined;
  }

  return {
    start() {
      stop();
      stopTimer = clock.every(PERIOD_MS, measureGuarded);
      measureGuarded();
    },
    stop,
  };
}
