import { describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { measureClockOffset } from './timeSync.ts';
import { createViewerConnection, type ClientSocket, type ConnectionState } from './viewerConnection.ts';

class FakeSocket implements ClientSocket {
  connected = false;
  active = true;
  connects = 0;
  sent = 0;
  readonly #clock: ManualClock;
  readonly #listeners: Map<string, (payload: unknown) => void>;

  constructor(clock: ManualClock, listeners: Map<string, (payload: unknown) => void>) {
    this.#clock = clock;
    this.#listeners = listeners;
  }

  connect(): void {
    this.connects += 1;
  }

  disconnect(): void {
    this.connected = false;
  }

  on(event: string, listener: (payload: unknown) => void): void {
    this.#listeners.set(event, listener);
  }

  /** Each answer takes 10 ms, half of it each way, from a server whose clock is 500 ms ahead. */
  timeout(): { emitWithAck: () => Promise<unknown> } {
    return {
      emitWithAck: async () => {
        this.sent += 1;
        this.#clock.advance(10);
        return { ok: true, data: { sfuTimeMs: this.#clock.nowMs() + 495 } };
      },
    };
  }
}

function build() {
  const clock = createManualClock(10_000);
  const listeners = new Map<string, (payload: unknown) => void>();
  const states: ConnectionState[] = [];
  const seen: unknown[] = [];
  const errors: unknown[] = [];
  const socket = new FakeSocket(clock, listeners);
  const note = (payload: unknown): void => void seen.push(payload);
  const connection = createViewerConnection({
    socket,
    clock,
    notices: {
      'client-connected': note,
      'client-updated': note,
      'client-reconnecting': note,
      'client-disconnected': note,
      'client-removed': note,
      'idle-alert': note,
      'start-streaming': note,
      'stop-streaming': note,
      'consumer-closed': note,
      'transport-closed': note,
      'recording-alarm': note,
      'storage-problems': note,
    },
    onState: (state) => states.push(state),
    onError: (error) => errors.push(error),
  });
  const receive = (event: string, payload?: unknown): void => listeners.get(event)?.(payload);
  return { clock, connection, errors, receive, seen, socket, states };
}

const refusal = (code: string, message: string): Error & { data: unknown } =>
  Object.assign(new Error(message), { data: { code, message } });

describe('the connection of a dashboard', () => {
  it('shows how it stands', () => {
    const { connection, receive, states } = build();
    connection.open();
    receive('connect');
    receive('disconnect');
    receive('connect');
    expect(states.map(({ status }) => status)).toEqual(['connected', 'reconnecting', 'connected']);
  });

  it('keeps no request for later', async () => {
    const { connection, socket } = build();
    await expect(connection.request('time-sync', {})).rejects.toMatchObject({ code: 'not-connected' });
    expect(socket.sent).toBe(0);
  });

  it.each([
    ['unsupported-protocol-version', 'Reload this page.'],
    ['unauthorised', 'Sign in.'],
  ])('shows what the server says with %s, and does not insist', (code, message) => {
    const { clock, receive, socket, states } = build();
    socket.active = false;
    receive('connect_error', refusal(code, message));
    clock.advance(60_000);
    expect(states).toEqual([{ status: 'refused', code, message }]);
    expect(socket.connects).toBe(0);
  });

  it('tries again after any other refusal, and when the server has closed it', () => {
    const { clock, receive, socket } = build();
    socket.active = false;
    receive('connect_error', refusal('limit-reached', 'Too many.'));
    clock.advance(3_000);
    receive('disconnect');
    clock.advance(3_000);
    expect(socket.connects).toBe(2);
  });

  it('leaves it to the socket while the server is only out of reach', () => {
    const { clock, receive, socket, states } = build();
    receive('connect_error', new Error('xhr poll error'));
    clock.advance(60_000);
    expect([states, socket.connects]).toEqual([[], 0]);
  });

  it('hands on notices of the agreed shape only', () => {
    const { errors, receive, seen } = build();
    receive('consumer-closed', { consumerId: 'c', reason: 'producer-closed' });
    receive('consumer-closed', { consumerId: 5 });
    expect(seen).toEqual([{ consumerId: 'c', reason: 'producer-closed' }]);
    expect(errors).toHaveLength(1);
  });

  it('does nothing any more once closed', () => {
    const { clock, connection, receive, socket, states } = build();
    socket.active = false;
    receive('disconnect');
    connection.close();
    connection.close();
    receive('disconnect');
    receive('connect');
    clock.advance(60_000);
    expect(states).toHaveLength(1);
    expect(socket.connects).toBe(0);
  });

  it('measures how far the clock of the server is ahead', async () => {
    const { clock, connection, socket } = build();
    socket.connected = true;
    await expect(measureClockOffset(connection.request, clock)).resolves.toEqual({
      offsetMs: 500,
      roundTripMs: 10,
    });
    expect(socket.sent).toBe(5);
  });
});
