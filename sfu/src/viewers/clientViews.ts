import type { ClientView, PresenceView, RecordingState, TrackView } from '@sightline/shared';
import type { AgentClient } from '../clients/agentClient.ts';
import type { DevicePresence } from '../presence/devicePresence.ts';

/** Tells how the recording of a track stands. */
export type RecordingStateOf = (sessionId: string, trackId: string) => RecordingState;

/** Builds what a dashboard is shown of a device. */
export function clientView(presence: DevicePresence, recordingStateOf: RecordingStateOf): ClientView {
  const { client, device, described } = presence;
  const { clockOffsetMs, session } = client ?? {};
  return {
    clientId: device.deviceId,
    companyId: device.companyId,
    groupId: device.groupId,
    deviceName: device.name,
    userId: device.userId,
    userName: described?.userName ?? '',
    hostName: described?.hostName ?? '',
    os: described?.os ?? '',
    presence: presenceView(presence),
    idleSinceMs: presence.idle.idleSinceMs,
    paused: client?.paused ?? false,
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
    ...(session === undefined
      ? {}
      : { session: { sessionId: session.sessionId, startedAtMs: session.startedAtMs } }),
    tracks: client === undefined ? [] : trackViews(client, recordingStateOf),
  };
}

function presenceView({ state, connectedAtMs, graceEndsAtMs, lastSeenAtMs }: DevicePresence): PresenceView {
  switch (state) {
    case 'online':
      return { state, connectedAtMs };
    case 'reconnecting':
      return { state, connectedAtMs, graceEndsAtMs: graceEndsAtMs ?? connectedAtMs };
    case 'offline':
      return { state, lastSeenAtMs };
  }
}

function trackViews(client: AgentClient, recordingStateOf: RecordingStateOf): TrackView[] {
  const tracks = new Map<string, TrackView>();
  for (const { trackId, label, source, session, router, producer } of client.published) {
    const track = tracks.get(trackId) ?? {
      trackId,
      label,
      routerId: router.id,
      producers: {},
      recording: recordingStateOf(session.sessionId, trackId),
    };
    track.producers[source] = producer.id;
    tracks.set(trackId, track);
  }
  return [...tracks.values()];
}
