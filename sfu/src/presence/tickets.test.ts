import { describe, expect, it } from '@jest/globals';
import { ProtocolError } from '@sightline/shared';
import { TICKET_LIFETIME_MS, createTickets, judgeTicket, type TicketClaims } from './tickets.ts';

const tickets = createTickets(Buffer.alloc(32, 1));
const CLAIMS: TicketClaims = { deviceId: 'desk', connectionId: 'first', number: 4, issuedAtMs: 1_000 };

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return error instanceof ProtocolError ? error.code : String(error);
  }
};

/** The situation in which {@link CLAIMS} is good, but for `differences`. */
const situation = (differences: Partial<Parameters<typeof judgeTicket>[1]> = {}) => ({
  deviceId: 'desk',
  reconnectionAllowed: true,
  state: { newest: { ...CLAIMS, confirmed: false }, oustedUpTo: 0, heldUntilMs: 0 },
  nowMs: 2_000,
  ...differences,
});

const newest = (number: number, confirmed: boolean) => ({
  newest: { connectionId: 'second', number, issuedAtMs: 1_500, confirmed },
  oustedUpTo: 0,
  heldUntilMs: 0,
});

describe('a ticket', () => {
  it('says what was put into it, in the same letters each time', () => {
    expect(tickets.encode(CLAIMS)).toBe(tickets.encode({ ...CLAIMS }));
    expect(tickets.decode(tickets.encode(CLAIMS))).toEqual(CLAIMS);
  });

  it('is refused as invalid when one letter of it is another, or missing, wherever', () => {
    const ticket = tickets.encode(CLAIMS);
    for (let at = 0; at < ticket.length; at += 1) {
      const changed = ticket[at] === 'A' ? 'B' : 'A';
      const forged = ticket.slice(0, at) + changed + ticket.slice(at + 1);
      expect(codeOf(() => tickets.decode(forged))).toBe('ticket-invalid');
      expect(codeOf(() => tickets.decode(ticket.slice(0, at)))).toBe('ticket-invalid');
    }
  });

  it.each(['', '.', 'a.b', 'a.b.c', '%00', `${tickets.encode(CLAIMS)}.x`])('%j is no ticket', (text) => {
    expect(codeOf(() => tickets.decode(text))).toBe('ticket-invalid');
  });

  it('of a server with another secret is refused as invalid', () => {
    const other = createTickets(Buffer.alloc(32, 2));
    expect(codeOf(() => tickets.decode(other.encode(CLAIMS)))).toBe('ticket-invalid');
  });
});

describe('the newest ticket of a client', () => {
  it('lets it come back', () => {
    expect(judgeTicket(CLAIMS, situation())).toBe('newest');
  });

  it('is good until its lifetime is over, not any longer', () => {
    const lastMs = CLAIMS.issuedAtMs + TICKET_LIFETIME_MS - 1;
    expect(judgeTicket(CLAIMS, situation({ nowMs: lastMs }))).toBe('newest');
    expect(codeOf(() => judgeTicket(CLAIMS, situation({ nowMs: lastMs + 1 })))).toBe('ticket-expired');
  });

  it('does not age while it is held, and neither does the one for which it was given', () => {
    const nowMs = CLAIMS.issuedAtMs + 2 * TICKET_LIFETIME_MS;
    const held = (number: number) => ({ ...newest(number, false), heldUntilMs: nowMs - 1_000 });
    expect(judgeTicket(CLAIMS, situation({ nowMs, state: held(5) }))).toBe('replayed');
    expect(codeOf(() => judgeTicket(CLAIMS, situation({ nowMs, state: held(6) })))).toBe('ticket-expired');
  });
});

describe('the ticket before the newest', () => {
  it('yields its successor again as long as that has not arrived', () => {
    expect(judgeTicket(CLAIMS, situation({ state: newest(5, false) }))).toBe('replayed');
  });

  it('is spent once its successor has arrived', () => {
    expect(codeOf(() => judgeTicket(CLAIMS, situation({ state: newest(5, true) })))).toBe('ticket-spent');
  });
});

describe.each([
  ['ticket-foreign', situation({ deviceId: 'other desk' }), 'another device shows it'],
  ['ticket-unknown-client', situation({ state: undefined }), 'the client has left'],
  ['reconnection-not-allowed', situation({ reconnectionAllowed: false }), 'there is no grace'],
  [
    'reconnection-not-allowed',
    situation({ state: { ...newest(6, false), oustedUpTo: 4 } }),
    'another login has taken over',
  ],
  ['ticket-spent', situation({ state: newest(6, false) }), 'it is older than the one before the newest'],
  ['ticket-invalid', situation({ state: newest(3, true) }), 'it is newer than any that is on record'],
  ['ticket-invalid', situation({ state: newest(4, true) }), 'the one of its number was issued to another'],
])('%s', (code, when, why) => {
  it(`when ${why}`, () => {
    expect(codeOf(() => judgeTicket(CLAIMS, when))).toBe(code);
  });
});
