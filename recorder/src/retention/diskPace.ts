import { createSteadyVerdict } from './steadyVerdict.ts';

/**
 * A segment needs about six syncs, one after the other, until it may be announced. Where each takes a second, segments
 * come as fast as they can be closed, and another run would make all of them fall behind.
 */
const REFUSE_MS = 1_000;
const ACCEPT_MS = 250;

/** A look at the disk that has not come back after this counts as slow, however long it goes on. */
export const LOOK_HANGS_MS = 2_000;

/** Tells a disk that is slow from one that was busy for a moment. */
export interface DiskPace {
  readonly slow: boolean;
  /** Why it is taken as slow, with figures, and what to do. */
  readonly message: string;
  /** Takes note of how long it took until a small write was durable. */
  note(writeMs: number): void;
}

/** Builds the pace of a disk that is fast. */
export function createDiskPace(): DiskPace {
  const verdict = createSteadyVerdict();
  let lastMs = 0;
  return {
    get slow() {
      return verdict.holds;
    },
    get message() {
      const took =
        lastMs < LOOK_HANGS_MS ? `${Math.round(lastMs)} ms` : `more than ${LOOK_HANGS_MS / 1_000} s`;
      return `The disk of the recordings is slow: it took ${took} until a few kilobytes were written (${ACCEPT_MS} ms would do). Runs go on as well as they can, and new ones are refused until it is fast. See what else uses the disk and whether it is failing; use a faster one, or add a recorder.`;
    },
    note(writeMs) {
      lastMs = writeMs;
      verdict.note({ begins: writeMs >= REFUSE_MS, ends: writeMs < ACCEPT_MS });
    },
  };
}
