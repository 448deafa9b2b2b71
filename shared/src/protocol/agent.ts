import * as z from 'zod';
import { sha256Hex } from '../evidence/digest.ts';
import { closeReason, commonRequests, empty, timeMs } from './common.ts';
import { id, rtpCapabilities, rtpParameters, source, trackId, transportOptions } from './media.ts';
import { machineInfo } from './machine.ts';
import type { MessageEvents, NoticeEvents, NoticeTable, RequestEvents, RequestTable } from './tables.ts';
import { PLAIN_TEXT } from './text.ts';

/** The Socket.IO namespace of agents. */
export const AGENT_NAMESPACE = '/agent';

/** The number of the last message that the agent has handled; 0 when there was none. */
const lastSeenMessage = z.int().nonnegative();

/** A stretch of a track that an agent has recorded itself. Times are the agent's own. */
export const localPiece = z.object({
  /** Chosen by the agent, at random. */
  pieceId: z.uuid(),
  sessionId: id,
  trackId,
  label: z.string().trim().min(1).max(128).regex(PLAIN_TEXT),
  fromMs: timeMs,
  toMs: timeMs,
  /** Add to the agent's time to get the sfu's, as it was measured next to the piece. */
  clockOffsetMs: z.number(),
  bytes: z.int().positive(),
  sha256: sha256Hex,
  mimeType: z.enum(['video/mp4', 'video/webm']),
});

/** What an agent is to do with a piece, see `offer-pieces`. */
const pieceAnswer = z.discriminatedUnion('answer', [
  z.object({ pieceId: id, answer: z.literal('upload'), url: z.url(), token: z.string().max(4_096) }),
  z.object({ pieceId: id, answer: z.literal('wait') }),
  z.object({ pieceId: id, answer: z.literal('done') }),
]);

/** What both ways of logging in are answered with. */
export const loginAnswer = z.object({
  /** For the next `relogin`; confirm it at once with `confirm-ticket`. Opaque. */
  ticket: z.string().max(1_024),
  /** Whether the transports and producers of the connection before are still there: go on using them. */
  resumed: z.boolean(),
  /** The session that is open; publish into this one. Null: none is. */
  session: z.object({ sessionId: id, startedAtMs: timeMs }).nullable(),
  /** How many messages were dropped because more waited than the server keeps. */
  missedMessages: z.int().nonnegative(),
});

/**
 * What an agent may ask. Order: `client-connected` or `relogin`, then `start-streaming`, then `produce`. Which device
 * it is, and whose, the server knows from the credential in the handshake (`auth.credential`).
 */
export const agentRequests = {
  ...commonRequests,
  /**
   * Logs in. What an earlier connection of this device had published is closed, its session stays open.
   * Answered, beside the acknowledgement, by the notice `client-connected-success`.
   */
  'client-connected': {
    request: z.object({ machine: machineInfo, lastSeenMessage }),
    response: loginAnswer,
  },
  /**
   * Goes on where the connection before was lost. Refused with a code of its own for a ticket that is not ours, of
   * another device, expired or spent, and for a client that has left or may not come back: then log in.
   */
  relogin: {
    request: z.object({ ticket: z.string().max(1_024), lastSeenMessage }),
    response: loginAnswer,
  },
  /** The ticket of the last login has arrived: the one before it is spent from now on. */
  'confirm-ticket': { request: z.object({ ticket: z.string().max(1_024) }), response: empty },
  /** All messages up to this number have been handled: the server forgets them. */
  'messages-seen': { request: z.object({ lastSeenMessage }), response: empty },
  /** How long nobody has touched keyboard or mouse: every 15 s while it is 15 s or more, and 0 once on return. */
  'report-activity': { request: z.object({ idleMs: z.number().nonnegative() }), response: empty },
  /** The user interrupts the session: it stays open, and shows nothing until `resume-streaming`. */
  'pause-streaming': { request: empty, response: empty },
  'resume-streaming': { request: empty, response: empty },
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
    request: z
      .object({
        transportId: id,
        trackId,
        label: z.string().trim().min(1).max(128).regex(PLAIN_TEXT),
        source,
        kind: z.enum(['audio', 'video']),
        rtpParameters,
      })
      .refine(
        ({ kind, source, rtpParameters: { codecs } }) =>
          (kind === 'audio') === (source === 'audio') &&
          codecs.every(({ mimeType }) => mimeType.toLowerCase().startsWith(`${kind}/`)),
        'source, kind and codecs do not belong together',
      ),
    response: z.object({ producerId: id }),
  },
  'close-producer': { request: z.object({ producerId: id }), response: empty },
  'stop-streaming': { request: empty, response: empty },
  /**
   * Names what the agent has recorded itself while it could not stream, and still keeps: at every login, and every 30 s
   * while it keeps any. What is `done` may be let go of; `upload` names the upload itself (tus 1.0.0): it exists, HEAD
   * says how far it has come and PATCH goes on, with the token as bearer; `wait` is asked again. The address of an
   * upload may change.
   */
  'offer-pieces': {
    request: z.object({ pieces: z.array(localPiece).max(100) }),
    response: z.object({ answers: z.array(pieceAnswer) }),
  },
  /** The machine slept or was locked, as its clock tells: from when to when, in the agent's own time. */
  'report-absence': {
    request: z.object({ cause: z.enum(['sleep', 'lock']), fromMs: timeMs, toMs: timeMs }),
    response: empty,
  },
  /** The user leaves on purpose: offline at once. */
  'app-closed': { request: empty, response: empty },
} as const satisfies RequestTable;

/** What the server tells the connection, not the agent behind it: lost with it. */
export const agentNotices = {
  'client-connected-success': z.object({
    clientId: id,
    companyId: id,
    userId: z.string(),
    /** The name of the device, as its administrators know it. */
    deviceName: z.string(),
    /** Whether what the agent streams is recorded; the user is shown this. */
    recorded: z.boolean(),
  }),
  /** Another connection of this device has logged in; this one is closed and must not come back by itself. */
  'taken-over': empty,
  /** The device was revoked; this connection is closed and will not be let in again. */
  'device-revoked': empty,
} as const satisfies NoticeTable;

/**
 * What the server tells the agent, whichever connection it has. Each comes with its number as a second argument:
 * per device, without holes, ascending; what has been handled already is dropped.
 */
export const agentMessages = {
  /** Whether what is streamed is recorded has changed: a recorder came, or the last one went. */
  recorded: z.object({ recorded: z.boolean() }),
  /** How many viewers see this agent's screens now; the user is shown this. */
  watched: z.object({ viewers: z.int().nonnegative() }),
  /** The server lost the agent's transports: make new ones and produce again, in the same session. */
  'publish-again': z.object({ reason: closeReason }),
  /** Packets of a display's video were lost: what the agent keeps of what it sent lately is to be offered. */
  'offer-sent': z.object({ trackId }),
} as const satisfies NoticeTable;

/** Agent to server. */
export type AgentToServer = RequestEvents<typeof agentRequests>;
/** Server to agent. */
export type ServerToAgent = NoticeEvents<typeof agentNotices> & MessageEvents<typeof agentMessages>;
/** See {@link loginAnswer}. */
export type LoginAnswer = z.output<typeof loginAnswer>;
/** See {@link localPiece}. */
export type LocalPiece = z.output<typeof localPiece>;
/** See {@link pieceAnswer}. */
export type PieceAnswer = z.output<typeof pieceAnswer>;
