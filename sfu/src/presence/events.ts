import type { DisconnectReason, IdleAlert } from '@sightline/shared';
import type { DevicePresence } from './devicePresence.ts';

/** What happens to the presence of devices, for those who show it. */
export type PresenceEvents = {
  /** It is online; it was not before. */
  connected: [device: DevicePresence];
  /** Its connection is lost, and the grace has begun. */
  reconnecting: [device: DevicePresence];
  /** It is offline; it was not before. */
  disconnected: [device: DevicePresence, reason: DisconnectReason];
  /** Anything else that is shown of it has changed. */
  updated: [device: DevicePresence];
  /** It was in that group until now; null: in none. */
  regrouped: [device: DevicePresence, groupIdBefore: string | null];
  /** It was revoked: there is no such device any more. */
  removed: [device: DevicePresence];
  'idle-alert': [alert: IdleAlert, device: DevicePresence];
};
