import * as z from 'zod';
import { closeReason, commonRequests, empty } from './common.ts';
import { id, rtpCapabilities, rtpParameters, source, trackId, transportOptions } from './media.ts';
import type { NoticeEvents, NoticeTable, RequestEvents, RequestTable } from './tables.ts';

/** The Socket.IO namespace of agents. */
export const AGENT_NAMESPACE = '/agent';

const name = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .refine((text) => encodeURIComponent(text.toWellFormed()).length <= 96, 'too long when written as a path')
  .refine((text) => text.isWellFormed(), 'not valid Unicode');

/** What an agent says of its machine; shown to viewers, and the name under which recordings are kept. */
export const machineInfo = z.object({
  userName: name,
  hostName: name,
  os: z.string().trim().max(64),
});

/** What an agent may ask. Order: `client-connected`, `start-streaming`, then `produce`. */
export const agentRequests = {
  ...commonRequests,
  /** Says who is there. Answered, beside the acknowledgement, by the notice `client-connected-success`. */
  'client-connected': { request: z.object({ machine: machineInfo }), response: empty },
  /** Tells how far the server's clock is ahead of the agent's, so that latency can be measured. */
  'report-clock': {
    request: z.object({ offsetMs: z.number(), roundTripMs: z.number().nonnegative() }),
    response: empty,
  },
  /**
   * Tells the bit rate that the agent's congestion control grants it: at start, when it has dropped by a fifth, and
   * (at most every 2 s) when it has risen by a fifth. The recorder's key frames may take a fifth of it.
   */
  'report-uplink': { request: z.object({ availableBps: z.number().positive() }), response: empty },
  'get-router-capabilities': {
    request: empty,
    response: z.object({ routerRtpCapabilities: rtpCapabilities }),
  },
  'create-transport': { request: empty, response: transportOptions },
  /** Opens a session; everything produced until `stop-streaming` belongs to it. */
  'start-streaming': { request: empty, response: z.object({ sessionId: id }) },
  produce: {
    request: z.object({
      transportId: id,
      trackId,
      label: z.string().trim().min(1).max(128),
      source,
      kind: z.enum(['audio', 'video']),
      rtpParameters,
    }),
    response: z.object({ producerId: id }),
  },
  'close-producer': { request: z.object({ producerId: id }), response: empty },
  'stop-streaming': { request: empty, response: empty },
  /** The user leaves on purpose: offline at once. */
  'app-closed': { request: empty, response: empty },
} as const satisfies RequestTable;

/** What the server tells an agent. */
export const agentNotices = {
  'client-connected-success': z.object({
    clientId: id,
    companyId: id,
    userId: z.string(),
    /** Whether what the agent streams is recorded; the user is shown this. */
    recorded: z.boolean(),
  }),
  /** That has changed: a recorder came, or the last one went. */
  recorded: z.object({ recorded: z.boolean() }),
  /** How many viewers see this agent's screens now; the user is shown this. */
  watched: z.object({ viewers: z.int().nonnegative() }),
  /** The server lost the agent's transports: make new ones and produce again, in the same session. */
  'publish-again': z.object({ reason: closeReason }),
} as const satisfies NoticeTable;

/** Agent to server. */
export type AgentToServer = RequestEvents<typeof agentRequests>;
/** Server to agent. */
export type ServerToAgent = NoticeEvents<typeof agentNotices>;
/** See {@link machineInfo}. */
export type MachineInfo = z.output<typeof machineInfo>;
