import { ProtocolError, type ErrorCode } from '@sightline/shared';
import { MediaUnsupportedError } from './mediaEngine.ts';

/**
 * What to do after a step of publishing failed. `retry`: the same again, later. `new-transport`: the server
 * does not have ours any more. `start-over`: what the server has is unknown, so log in anew.
 * `give-up`: only the user can change something.
 */
export type Recovery = 'retry' | 'new-transport' | 'start-over' | 'give-up';

const RECOVERY: Partial<Record<ErrorCode, Recovery>> = {
  'unknown-transport': 'new-transport',
  'transport-not-connected': 'new-transport',
  'unknown-router': 'new-transport',
  'not-connected': 'start-over',
  'not-streaming': 'start-over',
  'already-streaming': 'start-over',
  'duplicate-producer': 'start-over',
  timeout: 'start-over',
};

/** Chooses the way out of a failure; errors of the engine itself are retried on a new transport. */
export function recoveryFor(error: unknown): Recovery {
  if (error instanceof MediaUnsupportedError) return 'give-up';
  return error instanceof ProtocolError ? (RECOVERY[error.code] ?? 'retry') : 'new-transport';
}

/** How long to wait before trying again, after so many failures in a row: 0.5 s, doubling, at most 10 s. */
export function retryDelayMs(failures: number): number {
  return Math.min(10_000, 500 * 2 ** Math.max(0, failures - 1));
}
