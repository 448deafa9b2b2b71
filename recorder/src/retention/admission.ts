import type { RecorderStatus } from '@sightline/shared';
import { ProtocolError } from '@sightline/shared';
import type { DiskReading } from './diskWatch.ts';
import { createSteadyVerdict } from './steadyVerdict.ts';

/** How busy this machine and this process are, over the last seconds. */
export interface LoadReading {
  /** Share of the time in which something waited for a processor (PSI `some`, 0 to 1), or that all of them were busy. */
  cpuWaiting: number;
  /** How late this process comes to what is due, ms (99th percentile). */
  delayMs: number;
}

/** Above `refuse` no run is taken, until it is below `accept` again. */
export interface LoadLimits {
  cpuWaiting: { refuse: number; accept: number };
  delayMs: { refuse: number; accept: number };
}

/** A machine that is busier than this still records what it records, but another run may cost them all. */
const LOAD_LIMITS: LoadLimits = {
  cpuWaiting: { refuse: 0.97, accept: 0.8 },
  delayMs: { refuse: 500, accept: 200 },
};

/** Decides whether another run is taken. */
export interface Admission {
  /** Takes note of how busy it is. */
  note(load: LoadReading): void;
  readonly status: RecorderStatus['admission'];
  /** @throws {ProtocolError} `disk-full`, `disk-slow`, `overloaded` */
  admit(): void;
}

/** Builds an {@link Admission} that is open. */
export function createAdmission(deps: {
  disk: () => Pick<DiskReading, 'state' | 'slow'>;
  limits?: LoadLimits;
}): Admission {
  const { limits = LOAD_LIMITS } = deps;
  const overloaded = createSteadyVerdict();
  let lastLoad: LoadReading = { cpuWaiting: 0, delayMs: 0 };

  const status = (): RecorderStatus['admission'] => {
    const disk = deps.disk();
    if (disk.state === 'full') {
      return {
        open: false,
        reason: 'disk-full',
        message: 'The disk is full; this recorder takes no run until there is room again.',
      };
    }
    if (disk.slow !== null) return { open: false, reason: 'disk-slow', message: disk.slow };
    if (!overloaded.holds) return { open: true };
    const busy = `${Math.round(lastLoad.cpuWaiting * 100)} % of the time something waits for a processor, and events are ${Math.round(lastLoad.delayMs)} ms late`;
    return {
      open: false,
      reason: 'overloaded',
      message: `This recorder is overloaded (${busy}); it takes no more runs until it is not. Add a recorder, or processors.`,
    };
  };

  return {
    note(load) {
      lastLoad = load;
      overloaded.note({
        begins: load.cpuWaiting > limits.cpuWaiting.refuse || load.delayMs > limits.delayMs.refuse,
        ends: load.cpuWaiting < limits.cpuWaiting.accept && load.delayMs < limits.delayMs.accept,
      });
    },
    get status() {
      return status();
    },
    admit() {
      const now = status();
      if (!now.open) throw new ProtocolError(now.reason, now.message);
    },
  };
}
