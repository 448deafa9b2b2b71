import type { RecorderStatus } from '@sightline/shared';
import { ProtocolError } from '@sightline/shared';
import type { DiskState } from './diskMarks.ts';

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

/** So many readings in a row decide: a moment's rush does not. */
const READINGS_TO_DECIDE = 3;

/** Decides whether another run is taken. */
export interface Admission {
  /** Takes note of how busy it is. */
  note(load: LoadReading): void;
  readonly status: RecorderStatus['admission'];
  /** @throws {ProtocolError} `disk-full`, `overloaded` */
  admit(): void;
}

/** Builds an {@link Admission} that is open. */
export function createAdmission(deps: { diskState: () => DiskState; limits?: LoadLimits }): Admission {
  const { limits = LOAD_LIMITS } = deps;
  let overloaded = false;
  let contrary = 0;
  let lastLoad: LoadReading = { cpuWaiting: 0, delayMs: 0 };

  const isContrary = ({ cpuWaiting, delayMs }: LoadReading): boolean =>
    overloaded
      ? cpuWaiting < limits.cpuWaiting.accept && delayMs < limits.delayMs.accept
      : cpuWaiting > limits.cpuWaiting.refuse || delayMs > limits.delayMs.refuse;

  const status = (): RecorderStatus['admission'] => {
    if (deps.diskState() === 'full') {
      return {
        open: false,
        reason: 'disk-full',
        message: 'The disk is full; this recorder takes no run until there is room again.',
      };
    }
    if (!overloaded) return { open: true };
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
      contrary = isContrary(load) ? contrary + 1 : 0;
      if (contrary < READINGS_TO_DECIDE) return;
      overloaded = !overloaded;
      contrary = 0;
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
