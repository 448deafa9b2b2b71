import * as z from 'zod';
import {
  closeReason,
  commonRequests,
  disconnectReason,
  empty,
  streamingEndReason,
  timeMs,
} from './common.ts';
import { idleAlert } from './api/presence.ts';
import { reportedProblems } from './api/storage.ts';
import { id, rtpCapabilities, rtpParameters, trackId, transportOptions } from './media.ts';
import type { NoticeEvents, NoticeTable, RequestEvents, RequestTable } from './tables.ts';

/** The Socket.IO namespace of dashboards. */
export const VIEWER_NAMESPACE = '/viewer';

/**
 * Whether a track is on its way to disk. `off`: no recorder is there. `silent`: nothing arrives that could be
 * recorded. `failing`: it cannot be recorded, and it is tried again.
 */
export const recordingState = z.enum(['off', 'starting', 'recording', 'silent', 'failing']);

/** A display of a streaming client, with the producers that can be consumed. */
export const trackView = z.object({
  trackId,
  label: z.string(),
  /** The router of its producers; a viewer needs one receive transport per router. */
  routerId: id,
  producers: z.object({
    full: id.exactOptional(),
    small: id.exactOptional(),
    audio: id.exactOptional(),
  }),
  recording: recordingState,
});

/** Where a client stands. `reconnecting`: its connection is lost, and the grace runs until `graceEndsAtMs`. */
export const presenceView = z.discriminatedUnion('state', [
  z.object({ state: z.literal('online'), connectedAtMs: timeMs }),
  z.object({ state: z.literal('reconnecting'), connectedAtMs: timeMs, graceEndsAtMs: timeMs }),
  z.object({ state: z.literal('offline'), /** Null: it never came. */ lastSeenAtMs: timeMs.nullable() }),
]);

/** A client (an enrolled device) as the dashboard shows it. */
export const clientView = z.object({
  /** The device's id: stays the same however often it comes and goes. */
  clientId: id,
  companyId: id,
  /** The group it is in; null: none. */
  groupId: id.nullable(),
  /** The name that administrators gave the device. */
  deviceName: z.string(),
  userId: z.string(),
  userName: z.string(),
  hostName: z.string(),
  os: z.string(),
  presence: presenceView,
  /** Since when nobody has touched it, if that is longer than the company's threshold. */
  idleSinceMs: timeMs.nullable(),
  /** Whether its user has interrupted the session. */
  paused: z.boolean(),
  /** Add to the client's clock to get the server's; absent until measured. */
  clockOffsetMs: z.number().exactOptional(),
  session: z.object({ sessionId: id, startedAtMs: timeMs }).exactOptional(),
  tracks: z.array(trackView),
});

/** What a dashboard may ask. */
export const viewerRequests = {
  ...commonRequests,
  /** Answers with all clients that this account may see, offline ones too; then every change comes as a notice. */
  'watch-clients': { request: empty, response: z.object({ clients: z.array(clientView) }) },
  'get-router-capabilities': {
    request: z.object({ routerId: id }),
    response: z.object({ routerRtpCapabilities: rtpCapabilities }),
  },
  'create-transport': { request: z.object({ routerId: id }), response: transportOptions },
  /** Creates a consumer, paused. */
  consume: {
    request: z.object({ transportId: id, producerId: id, rtpCapabilities }),
    response: z.object({
      consumerId: id,
      producerId: id,
      kind: z.enum(['audio', 'video']),
      rtpParameters,
    }),
  },
  /** Lets media flow; video begins with a key frame. */
  'resume-consumer': { request: z.object({ consumerId: id }), response: empty },
  'pause-consumer': { request: z.object({ consumerId: id }), response: empty },
  'close-consumer': { request: z.object({ consumerId: id }), response: empty },
} as const satisfies RequestTable;

/** What the server tells a dashboard. */
export const viewerNotices = {
  'client-connected': z.object({ client: clientView }),
  /** Replaces what was known of this client. */
  'client-updated': z.object({ client: clientView }),
  /** Its connection is lost; it has until `graceEndsAtMs` to come back. */
  'client-reconnecting': z.object({ client: clientView }),
  /** It is offline from now on. */
  'client-disconnected': z.object({ client: clientView, reason: disconnectReason }),
  /** The device was revoked, or left the groups that this account may see. */
  'client-removed': z.object({ clientId: id }),
  /** Nobody has touched the machine for longer than the company's threshold. */
  'idle-alert': z.object({ alert: idleAlert }),
  'start-streaming': z.object({ clientId: id, sessionId: id }),
  'stop-streaming': z.object({ clientId: id, sessionId: id, reason: streamingEndReason }),
  'consumer-closed': z.object({ consumerId: id, reason: closeReason }),
  'transport-closed': z.object({ transportId: id, reason: closeReason }),
  /** A recording had to be begun anew, or cannot be made. */
  'recording-alarm': z.object({
    sessionId: id,
    trackId,
    code: z.string(),
    message: z.string(),
    atMs: timeMs,
  }),
  /** What is wrong at a recorder, to those who may see recordings: replaces what was known; empty when all is well. */
  'storage-problems': reportedProblems,
} as const satisfies NoticeTable;

/** Viewer to server. */
export type ViewerToServer = RequestEvents<typeof viewerRequests>;
/** Server to viewer. */
export type ServerToViewer = NoticeEvents<typeof viewerNotices>;
/** See {@link clientView}. */
export type ClientView = z.output<typeof clientView>;
/** See {@link presenceView}. */
export type PresenceView = z.output<typeof presenceView>;
/** See {@link trackView}. */
export type TrackView = z.output<typeof trackView>;
/** See {@link recordingState}. */
export type RecordingState = z.output<typeof recordingState>;
/** A recording that had to be begun anew, or cannot be made. */
export type RecordingAlarm = z.output<(typeof viewerNotices)['recording-alarm']>;
