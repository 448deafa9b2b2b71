import { randomUUID } from 'node:crypto';
import type { Clock, IdleAlert, TypedEmitter } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { IdleAlertsRepository } from '../db/idleAlerts.ts';
import type { DevicePresence } from './devicePresence.ts';
import type { PresenceEvents } from './events.ts';
import type { IdleListener } from './idleWatch.ts';

/** Puts idle alerts on record and announces them. Returns the listener of one device's watch. */
export function createIdleAlerts(deps: {
  repository: Pick<IdleAlertsRepository, 'add' | 'end'>;
  events: TypedEmitter<PresenceEvents>;
  clock: Clock;
  logger: Logger;
}): (device: DevicePresence) => IdleListener {
  const { clock, events, repository } = deps;
  const failed = (error: unknown): void => {
    deps.logger.error({ err: error, code: 'idle-alert-write-failed' }, 'an idle alert could not be kept');
  };

  return (device) => {
    let open: { alertId: string; stored: Promise<void> } | undefined;
    return {
      raised(idleSinceMs) {
        const { companyId, deviceId, name, userId } = device.device;
        const alert: IdleAlert = {
          alertId: randomUUID(),
          companyId,
          clientId: deviceId,
          deviceName: name,
          userId,
          idleSinceMs,
          raisedAtMs: clock.nowMs(),
          endedAtMs: null,
        };
        const stored = repository.add(alert);
        stored.catch(failed);
        open = { alertId: alert.alertId, stored };
        events.emit('idle-alert', alert, device);
        device.updated();
      },
      ended() {
        const ending = open;
        open = undefined;
        if (ending === undefined) return;
        const endedAtMs = clock.nowMs();
        ending.stored.then(() => repository.end(ending.alertId, endedAtMs)).catch(failed);
        device.updated();
      },
    };
  };
}
