import { ProtocolError, type ErrorCode, type RecorderStatus } from '@sightline/shared';

/** Why a recorder takes no run. */
export type RunRefusal = Extract<RecorderStatus['admission'], { open: false }>['reason'];

const REFUSALS: Readonly<Partial<Record<ErrorCode, RunRefusal>>> = {
  'disk-full': 'disk-full',
  'disk-slow': 'disk-slow',
  overloaded: 'overloaded',
};

/** Tells a recorder that will not take a run from one that failed at it. */
export function refusalOf(error: unknown): RunRefusal | undefined {
  return error instanceof ProtocolError ? REFUSALS[error.code] : undefined;
}
