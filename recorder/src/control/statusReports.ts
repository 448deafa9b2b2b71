import type { Clock, RecorderStatus } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';

const LOOK_MS = 1_000;
const REPORT_MS = 30_000;

/** Tells the sfu how the recorder is doing, while it listens. */
export interface StatusReports {
  /** The sfu has just been told, and listens from now on. */
  resume(): void;
  /** The sfu cannot be reached any more. */
  pause(): void;
}

/** Builds the reports: when anything but the free bytes has changed, and every 30 s. */
export function createStatusReports(deps: {
  read: () => RecorderStatus;
  send: (status: RecorderStatus) => Promise<unknown>;
  clock: Clock;
  logger: Logger;
}): StatusReports {
  const { clock } = deps;
  let cancel: (() => void) | undefined;
  let told = '';
  let toldAtMs = 0;

  const tell = async (status: RecorderStatus): Promise<void> => {
    try {
      await deps.send(status);
      told = essence(status);
      toldAtMs = clock.nowMs();
    } catch (err) {
      deps.logger.warn({ err }, 'the sfu could not be told how this recorder is doing; it is tried again');
    }
  };
  const look = async (): Promise<void> => {
    const planned = cancel;
    const status = deps.read();
    if (essence(status) !== told || clock.nowMs() - toldAtMs >= REPORT_MS) await tell(status);
    // Unless it was paused meanwhile, or resumed, which has planned the next look.
    if (cancel !== undefined && cancel === planned) plan();
  };
  const plan = (): void => {
    cancel = clock.after(LOOK_MS, () => void look());
  };

  return {
    resume() {
      cancel?.();
      told = '';
      toldAtMs = clock.nowMs();
      plan();
    },
    pause() {
      cancel?.();
      cancel = undefined;
    },
  };
}

const essence = ({ disk, ...status }: RecorderStatus): string =>
  JSON.stringify({ ...status, disk: disk.state });
