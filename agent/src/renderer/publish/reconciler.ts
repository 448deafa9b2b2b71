import type { Clock } from '@sightline/shared';

/** What a {@link Reconciler} is made from. */
export interface ReconcilerDeps {
  clock: Clock;
  /** Compares what is with what should be and changes the difference. Never runs twice at once. */
  pass: () => Promise<void>;
  /** A pass failed. Returns after how many ms to try again; `undefined`: not before something changes. */
  onFailure: (error: unknown, failuresInARow: number) => number | undefined;
  /** A pass went through. */
  onSuccess: () => void;
}

/** Brings the world in line with what is wanted, whenever something has changed, in one place and in order. */
export interface Reconciler {
  /** Something has changed: a pass runs now, or once more after the one that is running. */
  poke(): void;
  /** No pass begins any more. */
  close(): void;
}

/** Builds a {@link Reconciler}. */
export function createReconciler({ clock, pass, onFailure, onSuccess }: ReconcilerDeps): Reconciler {
  let running = false;
  let again = false;
  let closed = false;
  let failures = 0;
  let cancelRetry: (() => void) | undefined;

  async function runOnce(): Promise<void> {
    cancelRetry?.();
    try {
      await pass();
    } catch (error) {
      fail(error);
      return;
    }
    failures = 0;
    onSuccess();
  }

  function fail(error: unknown): void {
    if (closed) return;
    failures += 1;
    const delayMs = onFailure(error, failures);
    if (delayMs !== undefined) cancelRetry = clock.after(delayMs, poke);
  }

  async function run(): Promise<void> {
    running = true;
    while (again && !closed) {
      again = false;
      await runOnce();
    }
    running = false;
  }

  function poke(): void {
    again = true;
    if (!running && !closed) void run();
  }

  return {
    poke,
    close() {
      closed = true;
      cancelRetry?.();
    },
  };
}
