import { createHmac, timingSafeEqual } from 'node:crypto';
import { ProtocolError } from '@sightline/shared';
import * as z from 'zod';

/** How long a reconnection ticket can be used, once the connection for which it was issued is lost. */
export const TICKET_LIFETIME_MS = 12 * 3_600_000;

/** What a ticket says: which device may take up its client again, and after which connection. */
const ticketClaims = z.strictObject({
  deviceId: z.string(),
  /** The connection for which it was issued. */
  connectionId: z.string(),
  /** Ascending per device. */
  number: z.int().positive(),
  issuedAtMs: z.number().nonnegative(),
});

/** See {@link ticketClaims}. */
export type TicketClaims = z.output<typeof ticketClaims>;

/** Writes and reads tickets. */
export interface Tickets {
  /** The same claims always give the same text. */
  encode(claims: TicketClaims): string;
  /** @throws {ProtocolError} `ticket-invalid`: cut off, changed, or signed with another key */
  decode(ticket: string): TicketClaims;
}

/** The tickets of a client as they stand, for {@link judgeTicket}. */
export interface TicketState {
  /** The newest ticket, and whether it has arrived. */
  readonly newest: Omit<TicketClaims, 'deviceId'> & { readonly confirmed: boolean };
  /** Tickets up to this number belong to a connection that another login has ousted. */
  readonly oustedUpTo: number;
  /** Until when the client was connected by the newest: a ticket does not age before it is needed. */
  readonly heldUntilMs: number;
}

/** Signs with HMAC-SHA-256 (RFC 2104) under `key`, 32 bytes. */
export function createTickets(key: Buffer): Tickets {
  const sign = (body: string): string => createHmac('sha256', key).update(body).digest('base64url');
  return {
    encode({ deviceId, connectionId, number, issuedAtMs }: TicketClaims) {
      const body = Buffer.from(JSON.stringify([deviceId, connectionId, number, issuedAtMs])).toString(
        'base64url',
      );
      return `${body}.${sign(body)}`;
    },
    decode(ticket) {
      const [body = '', signature = '', ...rest] = ticket.split('.');
      const given = Buffer.from(signature);
      const expected = Buffer.from(sign(body));
      if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw refusal('ticket-invalid');
      }
      const [deviceId, connectionId, number, issuedAtMs] = z
        .array(z.unknown())
        .parse(JSON.parse(Buffer.from(body, 'base64url').toString()));
      return ticketClaims.parse({ deviceId, connectionId, number, issuedAtMs });
    },
  };
}

const REFUSALS = {
  'ticket-invalid': 'The ticket is not one of this server; log in.',
  'ticket-foreign': 'The ticket belongs to another device; log in.',
  'ticket-expired': 'The ticket is too old; log in.',
  'ticket-spent': 'The ticket has been used, and its successor has arrived; log in.',
  'ticket-unknown-client': 'The client has left, or its grace is over; log in.',
  'reconnection-not-allowed': 'This client may not come back by a ticket; log in.',
} as const;

const refusal = (code: keyof typeof REFUSALS): ProtocolError => new ProtocolError(code, REFUSALS[code]);

/**
 * Judges a ticket that a device shows.
 *
 * @param state of the device's client; undefined: it has none.
 * @returns `newest`: give it a successor. `replayed`: its successor was issued and has not arrived, give that again.
 * @throws {ProtocolError} with the code of the refusal
 */
export function judgeTicket(
  claims: TicketClaims,
  device: { deviceId: string; reconnectionAllowed: boolean; state: TicketState | undefined; nowMs: number },
): 'newest' | 'replayed' {
  const { state } = device;
  if (claims.deviceId !== device.deviceId) throw refusal('ticket-foreign');
  const heldUntilMs = state !== undefined && claims.number >= state.newest.number - 1 ? state.heldUntilMs : 0;
  const ageMs = device.nowMs - Math.max(claims.issuedAtMs, heldUntilMs);
  if (ageMs >= TICKET_LIFETIME_MS) throw refusal('ticket-expired');
  if (!device.reconnectionAllowed) throw refusal('reconnection-not-allowed');
  if (state === undefined) throw refusal('ticket-unknown-client');
  const { newest, oustedUpTo } = state;
  if (claims.number <= oustedUpTo) throw refusal('reconnection-not-allowed');
  if (claims.number === newest.number) {
    // A database that was put back knows another ticket of this number.
    if (claims.connectionId !== newest.connectionId || claims.issuedAtMs !== newest.issuedAtMs) {
      throw refusal('ticket-invalid');
    }
    return 'newest';
  }
  if (claims.number > newest.number) throw refusal('ticket-invalid');
  if (claims.number < newest.number - 1 || newest.confirmed) throw refusal('ticket-spent');
  return 'replayed';
}
