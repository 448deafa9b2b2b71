import type { Clock, TypedEmitter } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { ClientDirectory } from '../clients/directory.ts';
import type { MediaEngine } from '../media/types.ts';
import type { DevicePresence } from './devicePresence.ts';
import type { PresenceEvents } from './events.ts';
import type { IdleListener } from './idleWatch.ts';
import type { PresenceWriter } from './presenceWriter.ts';

/** What the presence of every device shares. */
export interface PresenceContext {
  engine: MediaEngine;
  directory: ClientDirectory;
  writer: PresenceWriter;
  events: TypedEmitter<PresenceEvents>;
  idleListenerOf: (device: DevicePresence) => IdleListener;
  idleThresholdMs: (companyId: string) => number;
  /** How long a client whose connection is lost may take to come back; 0: it may not. */
  graceMs: number;
  clock: Clock;
  logger: Logger;
}
