import type { ConnectionRecord, PendingMessage } from '../db/presence.ts';
import type { DevicePresence } from './devicePresence.ts';

/** What an earlier server left on disk about a device. */
export interface KeptPresence {
  record: ConnectionRecord;
  pending: readonly PendingMessage[];
}

/** What is to be on disk of a device as it is now. Undefined: it has never come. */
export function recordOf(device: DevicePresence): ConnectionRecord | undefined {
  const { client, connectedAtMs, described, lastSeenAtMs } = device;
  const ticket = device.tickets.newest;
  if (ticket === undefined || described === undefined) return undefined;
  return {
    deviceId: device.deviceId,
    connectionId: device.current?.link.connectionId ?? null,
    machine: described,
    state: device.state,
    streaming: client?.session !== undefined,
    paused: client?.paused ?? false,
    connectedAtMs,
    lastSeenAtMs: lastSeenAtMs ?? connectedAtMs,
    graceEndsAtMs: device.graceEndsAtMs,
    sessionId: client?.session?.sessionId ?? null,
    ticket,
    lastMessage: device.outbox.lastNumber,
  };
}
