import type { ConnectionRecord } from '../db/presence.ts';
import type { PresenceContext } from './context.ts';
import { DevicePresence } from './devicePresence.ts';
import type { PresenceDeps } from './presence.ts';

/**
 * Builds the presence of every enrolled device as an earlier server left it. Who was online has a full grace from
 * now; who was reconnecting has what is left of its own, and is offline as of its end if that has passed.
 */
export async function restoreDevices(
  repositories: PresenceDeps['repositories'],
  context: PresenceContext,
): Promise<Map<string, DevicePresence>> {
  const { presence, recordings } = repositories;
  const nowMs = context.clock.nowMs();
  const records = new Map((await presence.connections()).map((record) => [record.deviceId, record]));
  const messages = Map.groupBy(await presence.pendingMessages(), ({ deviceId }) => deviceId);

  const restore = async (device: DevicePresence, record: ConnectionRecord): Promise<void> => {
    if (record.state === 'offline') return;
    const { sessionId } = record;
    // A clock that was put back must not make the grace longer than it was.
    const remainingMs = Math.min((record.graceEndsAtMs ?? Infinity) - nowMs, context.graceMs);
    const session = sessionId === null ? undefined : await recordings.findOpenSession(sessionId);
    if (remainingMs > 0) {
      device.restore(session, record.paused, remainingMs);
      return;
    }
    const endedAtMs = record.graceEndsAtMs ?? record.lastSeenAtMs;
    if (session !== undefined) await recordings.endSession(session.sessionId, endedAtMs, 'connection-lost');
    device.restoreOffline();
  };

  const devices = new Map<string, DevicePresence>();
  for (const device of await repositories.devices.listActive()) {
    const record = records.get(device.deviceId);
    const kept = record && {
      // When it was last seen, the server that saw it can no longer say: not after this one began.
      record: record.state === 'online' ? { ...record, lastSeenAtMs: nowMs } : record,
      pending: messages.get(device.deviceId) ?? [],
    };
    const restored = new DevicePresence(device, context, kept);
    devices.set(device.deviceId, restored);
    if (kept !== undefined) await restore(restored, kept.record);
  }
  return devices;
}
