import type { Outcome } from '../protocol.ts';

/** Counts what an attack tries, and collects what went wrong. */
export interface Tally {
  attempt(count?: number): void;
  fail(what: string): void;
  outcome(): Outcome;
}

/** Enough to understand what is wrong. */
const FAILURES_KEPT = 20;

/** Builds an empty {@link Tally}. */
export function createTally(): Tally {
  let attempts = 0;
  const failures: string[] = [];
  return {
    attempt: (count = 1) => void (attempts += count),
    fail(what) {
      if (failures.length < FAILURES_KEPT) failures.push(what);
    },
    outcome: () => ({ attempts, failures }),
  };
}
