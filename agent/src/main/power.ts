import type { Clock } from '@sightline/shared';
import type { PowerEvent } from '../bridge.ts';

const KINDS = [
  'suspend',
  'resume',
  'lock-screen',
  'unlock-screen',
] as const satisfies readonly PowerEvent['kind'][];

/** The part of Electron's powerMonitor that is watched. */
export interface PowerSource {
  on(kind: PowerEvent['kind'], listener: () => void): unknown;
}

/** Tells when the machine sleeps or is locked, and when that is over. */
export function watchPower(
  source: PowerSource,
  clock: Pick<Clock, 'nowMs'>,
  tell: (event: PowerEvent) => void,
): void {
  for (const kind of KINDS) source.on(kind, () => tell({ kind, atMs: clock.nowMs() }));
}
