import type { ClientView, RecordingState, TrackView } from '@sightline/shared';
import type { AgentClient } from '../clients/agentClient.ts';

/** Tells how the recording of a track stands. */
export type RecordingStateOf = (sessionId: string, trackId: string) => RecordingState;

/** Builds what a dashboard is shown of a client. */
export function clientView(client: AgentClient, recordingStateOf: RecordingStateOf): ClientView {
  const { clockOffsetMs, session } = client;
  return {
    clientId: client.clientId,
    companyId: client.companyId,
    userId: client.userId,
    ...client.machine,
    connectedAtMs: client.connectedAtMs,
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
    ...(session === undefined
      ? {}
      : { session: { sessionId: session.sessionId, startedAtMs: session.startedAtMs } }),
    tracks: trackViews(client, recordingStateOf),
  };
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
