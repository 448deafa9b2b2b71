import { beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { memoryStorage } from '../memoryStorage.ts';
import { createConnection, type Connection } from './connection.ts';
import { FakeSocket } from './fakeSocket.ts';
import type { ConnectionProblem } from './refusal.ts';

const MACHINE = { userName: 'ana', hostName: 'desk', os: 'Linux' };
const WELCOME = { clientId: 'c1', companyId: 'k1', userId: 'ana@desk', deviceName: 'Desk', recorded: true };
const NEVER = new Promise(() => undefined);
const SESSION = { sessionId: 's1', startedAtMs: 5 };

let socket: FakeSocket;
let clock: ManualClock;
let connection: Connection;
let seen: string[];
let problem: ConnectionProblem | undefined;
let badNotices: string[];
let lastTicket: number;

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

const answerLogin = (resumed: boolean) => () => {
  lastTicket += 1;
  const data = { ticket: `t${lastTicket}`, resumed, session: SESSION, missedMessages: 0 };
  return { ok: true, data };
};
const refuseWith = (code: string) => () => ({ ok: false, error: { code, message: `${code}!` } });

async function enter(): Promise<void> {
  socket.open();
  await settle();
  socket.receive('client-connected-success', WELCOME);
  await settle();
}

/** The connection breaks, and opens again as soon as it is tried. */
async function comeBack(): Promise<void> {
  socket.break();
  clock.advance(250);
  socket.open();
  await settle();
}

const logins = (): string[] =>
  socket.sent.filter((name) => name === 'client-connected' || name === 'relogin');

beforeEach(() => {
  socket = new FakeSocket();
  lastTicket = 0;
  socket.answers.set('time-sync', () => ({ ok: true, data: { sfuTimeMs: clock.nowMs() + 40 } }));
  socket.answers.set('client-connected', answerLogin(false));
  socket.answers.set('relogin', answerLogin(true));
  clock = createManualClock(1_000);
  seen = [];
  badNotices = [];
  connection = createConnection({
    socket,
    clock,
    random: () => 1,
    storage: memoryStorage(),
    deviceId: () => 'd1',
    onListenerError: (_error, name) => badNotices.push(name),
  });
  connection.events.on('state', (state) => seen.push(state));
  connection.events.on('lost', () => seen.push('(lost)'));
  connection.events.on('refused', () => seen.push('(refused)'));
  connection.events.on('connected', ({ resumed }) => seen.push(resumed ? '(resumed)' : '(anew)'));
  connection.events.on('problem', (now) => (problem = now));
});

describe('logging in', () => {
  it('is over when the server has both accepted and welcomed the client', async () => {
    connection.connect(MACHINE);
    socket.open();
    socket.receive('client-connected-success', WELCOME);
    expect(connection.state).toBe('connecting');
    await settle();
    expect(seen).toEqual(['connecting', 'connected', '(anew)']);
  });

  it('confirms the ticket, and reports the clock offset now and every minute', async () => {
    connection.connect(MACHINE);
    await enter();
    const measured = [...Array<string>(5).fill('time-sync'), 'report-clock'];
    expect(socket.sent).toEqual(['client-connected', 'confirm-ticket', ...measured]);
    expect(socket.payloads[1]).toEqual({ ticket: 't1' });
    clock.advance(60_000);
    await settle();
    expect(socket.sent.filter((name) => name === 'report-clock')).toHaveLength(2);
  });

  it('comes before everything else: nothing that was asked for earlier goes out', async () => {
    connection.connect(MACHINE);
    await expect(connection.request('start-streaming', {})).rejects.toMatchObject({ code: 'not-connected' });
    socket.open();
    await expect(connection.request('start-streaming', {})).rejects.toMatchObject({ code: 'not-connected' });
    await enter();
    expect(socket.sent).not.toContain('start-streaming');
  });

  it('does not wait for ever, neither for the connection nor for the answer', async () => {
    connection.connect(MACHINE);
    clock.advance(10_000);
    expect(problem).toMatchObject({ message: 'The server does not answer.' });
    clock.advance(250);
    expect(socket.attempts).toBe(2);
    socket.answers.set('client-connected', () => NEVER);
    socket.open();
    clock.advance(10_000);
    expect(connection.state).toBe('lost');
  });
});

describe('after a loss', () => {
  it('goes on with the ticket, within 250 ms and without a welcome', async () => {
    connection.connect(MACHINE);
    await enter();
    await comeBack();
    expect(seen.slice(-5)).toEqual(['(lost)', 'lost', 'connecting', 'connected', '(resumed)']);
    await comeBack();
    expect(logins()).toEqual(['client-connected', 'relogin', 'relogin']);
    const used = socket.payloads.filter((_, index) => socket.sent[index] === 'relogin');
    expect(used).toEqual([
      { ticket: 't1', lastSeenMessage: 0 },
      { ticket: 't2', lastSeenMessage: 0 },
    ]);
  });

  it.each([
    'ticket-invalid',
    'ticket-expired',
    'ticket-spent',
    'ticket-foreign',
    'ticket-unknown-client',
    'reconnection-not-allowed',
  ])('says who is there at once when the ticket is refused: %s', async (code) => {
    connection.connect(MACHINE);
    await enter();
    socket.answers.set('relogin', refuseWith(code));
    await comeBack();
    socket.receive('client-connected-success', WELCOME);
    expect(connection.state).toBe('connected');
    expect(seen.at(-1)).toBe('(anew)');
    expect(logins()).toEqual(['client-connected', 'relogin', 'client-connected']);
  });

  it('uses a ticket again whose successor did not arrive', async () => {
    connection.connect(MACHINE);
    await enter();
    socket.answers.set('relogin', () => Promise.reject(new Error('socket has been disconnected')));
    await comeBack();
    socket.answers.set('relogin', answerLogin(true));
    clock.advance(500);
    socket.open();
    await settle();
    expect(connection.state).toBe('connected');
    const used = socket.payloads.filter((_, index) => socket.sent[index] === 'relogin');
    expect(used).toEqual(Array(2).fill({ ticket: 't1', lastSeenMessage: 0 }));
  });

  it('waits longer each time, up to 3 s', async () => {
    connection.connect(MACHINE);
    await enter();
    socket.break();
    for (const waitMs of [250, 500, 1_000, 2_000, 3_000, 3_000]) {
      const before = socket.attempts;
      clock.advance(waitMs - 1);
      expect(socket.attempts).toBe(before);
      clock.advance(1);
      expect(socket.attempts).toBe(before + 1);
      socket.receive('connect_error', new Error('websocket error'));
    }
    expect(problem).toEqual({ message: 'The server cannot be reached. Trying again…' });
  });

  it('can be told to begin from nothing, at once or when the server is there again', async () => {
    connection.connect(MACHINE);
    await enter();
    connection.startOver();
    await enter();
    expect(logins()).toEqual(['client-connected', 'client-connected']);
    socket.break();
    connection.startOver();
    clock.advance(250);
    await enter();
    expect(logins()).toEqual(Array(3).fill('client-connected'));
    expect(socket.attempts).toBe(3);
  });
});

describe('messages', () => {
  it('are handed on once, counted, and confirmed', async () => {
    connection.events.on('watched', (viewers) => seen.push(`watched by ${viewers}`));
    connection.events.on('publish-again', (reason) => seen.push(reason));
    connection.connect(MACHINE);
    await enter();
    socket.receive('watched', { viewers: 2 }, 1);
    socket.receive('publish-again', { reason: 'worker-died' }, 2);
    socket.receive('watched', { viewers: 2 }, 1);
    socket.receive('watched', { viewers: 'many' }, 3);
    expect(seen.slice(-2)).toEqual(['watched by 2', 'worker-died']);
    expect(badNotices).toEqual(['watched']);
    clock.advance(1_000);
    expect(socket.sent.at(-1)).toBe('messages-seen');
    expect(socket.payloads.at(-1)).toEqual({ lastSeenMessage: 3 });
    await comeBack();
    expect(socket.payloads[socket.sent.indexOf('relogin')]).toEqual({ ticket: 't1', lastSeenMessage: 3 });
  });
});

describe('a refusal', () => {
  it.each([
    ['unauthorised', 'enrol-again'],
    ['device-revoked', 'enrol-again'],
    ['unsupported-protocol-version', 'try-again'],
  ])('in the handshake for %s is final', (code, wayOut) => {
    connection.connect(MACHINE);
    socket.active = false;
    const data = { code, message: 'Not so.' };
    socket.receive('connect_error', Object.assign(new Error('refused'), { data }));
    clock.advance(60_000);
    expect(connection.state).toBe('refused');
    expect(seen.at(-1)).toBe('(refused)');
    expect(problem).toMatchObject({ wayOut });
    expect(socket.attempts).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['taken-over', 'take-back'],
    ['device-revoked', 'enrol-again'],
  ])('by the notice %s ends it without another try', async (notice, wayOut) => {
    connection.connect(MACHINE);
    await enter();
    socket.receive(notice, {});
    socket.break();
    clock.advance(60_000);
    expect(connection.state).toBe('refused');
    expect(problem).toMatchObject({ wayOut });
    expect(socket.attempts).toBe(1);
    connection.connect(MACHINE);
    await enter();
    expect(logins()).toEqual(['client-connected', 'client-connected']);
    expect(problem).toBeUndefined();
  });

  it('is not final when the server is only busy', async () => {
    connection.connect(MACHINE);
    socket.answers.set('client-connected', refuseWith('limit-reached'));
    socket.open();
    await settle();
    expect(connection.state).toBe('lost');
    clock.advance(250);
    expect(socket.attempts).toBe(2);
  });
});

it('says goodbye before it closes for good', async () => {
  connection.connect(MACHINE);
  await enter();
  await connection.leave();
  expect(socket.sent.at(-1)).toBe('app-closed');
  expect(connection.state).toBe('closed');
  connection.connect(MACHINE);
  clock.advance(60_000);
  expect(socket.attempts).toBe(1);
  expect(clock.pending).toBe(0);
});
