import { ProtocolError } from '@sightline/shared';

/** Why a recorder takes no run. */
export type RunRefusal = 'disk-full' | 'overloaded';

/** Tells a recorder that will not take a run from one that failed at it. */
export function refusalOf(error: unknown): RunRefusal | undefined {
  if (!(error instanceof ProtocolError)) return undefined;
  return error.code === 'disk-full' || error.code === 'overloaded' ? error.code : undefined;
}
