import type { ServerToViewer, TypedEmitter } from '@sightline/shared';
import type { ClientDirectory } from '../clients/directory.ts';
import type { RecorderRegistry } from '../evidence/recorderRegistry.ts';
import type { DevicePresence } from '../presence/devicePresence.ts';
import type { Presence } from '../presence/presence.ts';
import type { CoordinatorEvents } from '../recording/coordinator.ts';
import { STORAGE_ROOM, roomsOfClient } from '../signaling/rooms.ts';
import { clientView, type RecordingStateOf } from './clientViews.ts';

/** The way to all viewers in some rooms. */
export interface ViewerChannel {
  emit<Name extends keyof ServerToViewer>(event: Name, ...args: Parameters<ServerToViewer[Name]>): unknown;
}

/** Tells viewers what happens to the clients that they may see. */
export function announceToViewers(deps: {
  presence: Presence;
  directory: ClientDirectory;
  alarms: readonly TypedEmitter<Pick<CoordinatorEvents, 'alarm'>>[];
  registry: Pick<RecorderRegistry, 'events'>;
  recordingStateOf: RecordingStateOf;
  /** All viewers in any of `rooms`, but for those who are in any of `except` too. */
  toRooms: (rooms: string[], except?: string[]) => ViewerChannel;
}): void {
  const { directory, presence, toRooms } = deps;
  const toViewersOf = (scope: Parameters<typeof roomsOfClient>[0]): ViewerChannel =>
    toRooms(roomsOfClient(scope));
  const view = (device: DevicePresence) => ({ client: clientView(device, deps.recordingStateOf) });

  presence.events.on('connected', (changed) => {
    toViewersOf(changed.device).emit('client-connected', view(changed));
  });
  presence.events.on('reconnecting', (changed) => {
    toViewersOf(changed.device).emit('client-reconnecting', view(changed));
  });
  presence.events.on('disconnected', (changed, reason) => {
    toViewersOf(changed.device).emit('client-disconnected', { ...view(changed), reason });
  });
  presence.events.on('updated', (changed) => {
    toViewersOf(changed.device).emit('client-updated', view(changed));
  });
  presence.events.on('regrouped', (changed, groupIdBefore) => {
    const { companyId, deviceId } = changed.device;
    const rooms = roomsOfClient(changed.device);
    toRooms(roomsOfClient({ companyId, groupId: groupIdBefore }), rooms).emit('client-removed', {
      clientId: deviceId,
    });
    toRooms(rooms).emit('client-updated', view(changed));
  });
  presence.events.on('removed', ({ device }) => {
    toViewersOf(device).emit('client-removed', { clientId: device.deviceId });
  });
  presence.events.on('idle-alert', (alert, device) => {
    toViewersOf(device.device).emit('idle-alert', { alert });
  });
  directory.events.on('session-started', (client, { sessionId }) => {
    toViewersOf(client).emit('start-streaming', { clientId: client.clientId, sessionId });
  });
  directory.events.on('session-ended', (client, { sessionId }, reason) => {
    toViewersOf(client).emit('stop-streaming', { clientId: client.clientId, sessionId, reason });
  });
  for (const source of deps.alarms) {
    source.on('alarm', ({ companyId, groupId, ...alarm }) => {
      toViewersOf({ companyId, groupId }).emit('recording-alarm', alarm);
    });
  }
  deps.registry.events.on('problems', (recorderId, problems) => {
    toRooms([STORAGE_ROOM]).emit('storage-problems', { recorderId, problems: [...problems] });
  });
}
