import * as z from 'zod';
import { dtlsParameters, iceParameters, id } from './media.ts';
import type { RequestTable } from './tables.ts';

/** A payload or an answer without content. */
export const empty = z.object({});

/** Wall time in ms since 1970. */
export const timeMs = z.number().nonnegative();

/** {@link timeMs} of which the day can be part of a path: its year has four digits. */
export const sessionStartMs = timeMs.max(Date.UTC(9_999, 11, 31));

/** The requests that agents and viewers have in common. */
export const commonRequests = {
  /** Asks for the server's wall time; several in a row give the clock offset. */
  'time-sync': { request: empty, response: z.object({ sfuTimeMs: timeMs }) },
  /** Hands over the client's DTLS parameters: the transport connects with them. */
  'connect-transport': { request: z.object({ transportId: id, dtlsParameters }), response: empty },
  /** Asks for new ICE credentials, after a change of network (RFC 8445, section 2.4). */
  'restart-ice': { request: z.object({ transportId: id }), response: z.object({ iceParameters }) },
} as const satisfies RequestTable;

/** Why a session of a client ended. */
export const streamingEndReason = z.enum([
  'stopped',
  'app-closed',
  'connection-lost',
  'device-revoked',
  'sfu-restart',
]);

/** Why a client is offline. */
export const disconnectReason = z.enum(['app-closed', 'connection-lost', 'device-revoked']);

/** Why the server closed something that a client was using. */
export const closeReason = z.enum(['producer-closed', 'worker-died', 'router-closed']);

/** See {@link streamingEndReason}. */
export type StreamingEndReason = z.output<typeof streamingEndReason>;
/** See {@link closeReason}. */
export type CloseReason = z.output<typeof closeReason>;
/** See {@link disconnectReason}. */
export type DisconnectReason = z.output<typeof disconnectReason>;
