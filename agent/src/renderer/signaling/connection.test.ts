import { beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { createConnection, type Connection } from './connection.ts';
import type { ConnectionProblem } from './refusal.ts';
import { FakeSocket } from './fakeSocket.ts';

const MACHINE = { userName: 'ana', hostName: 'desk', os: 'Linux' };
const WELCOME = { clientId: 'c1', companyId: 'k1', userId: 'ana@desk', recorded: true };
const NEVER = new Promise(() => undefined);

let socket: FakeSocket;
let clock: ManualClock;
let connection: Connection;
let seen: string[];
let problem: ConnectionProblem | undefined;
let badNotices: string[];

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

async function enter(): Promise<void> {
  socket.open();
  await settle();
  socket.receive('client-connected-success', WELCOME);
  await settle();
}

beforeEach(() => {
  socket = new FakeSocket();
  socket.answers.set('time-sync', () => ({ ok: true, data: { sfuTimeMs: clock.nowMs() + 40 } }));
  clock = createManualClock(1_000);
  seen = [];
  badNotices = [];
  connection = createConnection({ socket, clock, onListenerError: (_error, name) => badNotices.push(name) });
  connection.events.on('state', (state) => seen.push(state));
  connection.events.on('lost', () => seen.push('(lost)'));
  connection.events.on('connected', ({ userId }) => seen.push(`(${userId})`));
  connection.events.on('problem', (now) => (problem = now));
});

describe('connection', () => {
  it('is connected when the server has both accepted and welcomed the client', async () => {
    connection.connect(MACHINE);
    socket.open();
    socket.receive('client-connected-success', WELCOME);
    expect(connection.state).toBe('connecting');
    await settle();
    expect(seen).toEqual(['connecting', 'connected', '(ana@desk)']);
  });

  it('reports its clock offset when connected and every minute', async () => {
    connection.connect(MACHINE);
    await enter();
    expect(socket.sent).toEqual(['client-connected', ...Array<string>(5).fill('time-sync'), 'report-clock']);
    clock.advance(60_000);
    await settle();
    expect(socket.sent.filter((name) => name === 'report-clock')).toHaveLength(2);
  });

  it('sends nothing while there is no connection, not even later', async () => {
    connection.connect(MACHINE);
    await expect(connection.request('start-streaming', {})).rejects.toMatchObject({ code: 'not-connected' });
    await enter();
    expect(socket.sent).not.toContain('start-streaming');
  });

  it('says who is there again after a loss, and tells that everything is gone', async () => {
    connection.connect(MACHINE);
    await enter();
    socket.break('transport close');
    expect(connection.state).toBe('lost');
    await enter();
    expect(seen.slice(-5)).toEqual(['(lost)', 'lost', 'connecting', 'connected', '(ana@desk)']);
    expect(socket.attempts).toBe(1);
  });

  it('connects again by itself when the server closed the connection', async () => {
    connection.connect(MACHINE);
    await enter();
    socket.break('io server disconnect');
    clock.advance(2_000);
    expect(socket.attempts).toBe(2);
  });

  it('shows an unreachable server, and goes on trying', () => {
    connection.connect(MACHINE);
    socket.receive('connect_error', new Error('websocket error'));
    expect(connection.state).toBe('lost');
    expect(problem).toMatchObject({ final: false });
  });

  it('shows why its version is refused, and stops trying', () => {
    connection.connect(MACHINE);
    socket.active = false;
    const data = { code: 'unsupported-protocol-version', message: 'Version 9 is not supported; this is 1.' };
    socket.receive('connect_error', Object.assign(new Error('refused'), { data }));
    clock.advance(60_000);
    expect(connection.state).toBe('refused');
    expect(problem).toEqual({ message: data.message, final: true });
    expect(socket.attempts).toBe(1);
  });

  it('can be asked to try again after a refusal', async () => {
    connection.connect(MACHINE);
    const refusal = { ok: false, error: { code: 'bad-payload', message: 'No such name.' } };
    socket.answers.set('client-connected', () => refusal);
    socket.open();
    await settle();
    expect(connection.state).toBe('refused');
    socket.answers.delete('client-connected');
    connection.connect(MACHINE);
    await enter();
    expect(connection.state).toBe('connected');
    expect(problem).toBeUndefined();
  });

  it('comes back when the server is only busy', async () => {
    connection.connect(MACHINE);
    const refusal = { ok: false, error: { code: 'limit-reached', message: 'Full.' } };
    socket.answers.set('client-connected', () => refusal);
    socket.open();
    await settle();
    expect(connection.state).toBe('lost');
    clock.advance(2_000);
    expect(socket.attempts).toBe(2);
  });

  it('does not wait for ever to be welcomed', async () => {
    connection.connect(MACHINE);
    socket.answers.set('client-connected', () => NEVER);
    socket.open();
    clock.advance(10_000);
    expect(connection.state).toBe('lost');
    expect(problem).toMatchObject({ message: 'The server does not answer.' });
  });

  it('forgets everything and connects again when told to', async () => {
    connection.connect(MACHINE);
    await enter();
    connection.reconnect();
    expect(seen.slice(-3)).toEqual(['(lost)', 'lost', 'connecting']);
    expect(socket.attempts).toBe(2);
  });

  it('hands notices on, and reports those that make no sense', async () => {
    connection.events.on('watched', (viewers) => seen.push(`watched by ${viewers}`));
    connection.events.on('publish-again', (reason) => seen.push(reason));
    connection.connect(MACHINE);
    await enter();
    socket.receive('watched', { viewers: 2 });
    socket.receive('publish-again', { reason: 'worker-died' });
    socket.receive('watched', { viewers: 'many' });
    expect(seen.slice(-2)).toEqual(['watched by 2', 'worker-died']);
    expect(badNotices).toEqual(['watched']);
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
});
