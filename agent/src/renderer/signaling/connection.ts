import {
  agentNotices,
  agentRequests,
  createRequester,
  createStateMachine,
  listenToNotices,
  ProtocolError,
  TypedEmitter,
  type Clock,
  type CloseReason,
  type ListenerErrorHandler,
  type MachineInfo,
  type Requester,
  type ServerToAgent,
} from '@sightline/shared';
import { createClockSync } from './clockSync.ts';
import { connectionTable, type ConnectionEvent, type ConnectionState } from './connectionState.ts';
import { refusalOf, type ConnectionProblem } from './refusal.ts';
import type { AgentSocket } from './socket.ts';

const RETRY_MS = 2_000;
const WELCOME_TIMEOUT_MS = 10_000;

/** What the server says to an agent that it let in. */
export type Welcome = Parameters<ServerToAgent['client-connected-success']>[0];

/** Sends a request to the server; see `createRequester`. */
export type AgentRequester = Requester<typeof agentRequests>;

/** What a {@link Connection} tells. */
export type ConnectionEvents = {
  state: [ConnectionState];
  connected: [Welcome];
  /** The server forgot everything that was made over this connection. */
  lost: [];
  /** Why it does not work at present; `undefined` when it works again. */
  problem: [ConnectionProblem | undefined];
  watched: [viewers: number];
  /** Whether what is streamed is recorded has changed. */
  recorded: [recorded: boolean];
  'publish-again': [CloseReason];
};

/** The agent's connection to the server. */
export interface Connection {
  readonly state: ConnectionState;
  readonly events: TypedEmitter<ConnectionEvents>;
  /** Sends a request. @throws {ProtocolError} `not-connected` at once while there is no connection. */
  readonly request: AgentRequester;
  /** Connects as `machine`, and again by itself whenever the connection is lost. */
  connect(machine: MachineInfo): void;
  /** Drops the connection, so that the server forgets what it has of us, and connects again. */
  reconnect(): void;
  /** Tells the server that the user leaves on purpose, if it can be told, and closes. */
  leave(): Promise<void>;
  /** Closes for good. */
  close(): void;
}

/** What a {@link Connection} is made from. */
export interface ConnectionDeps {
  socket: AgentSocket;
  clock: Clock;
  onListenerError: ListenerErrorHandler;
}

/** Builds a {@link Connection} over a socket that is not connected yet. */
export function createConnection({ socket, clock, onListenerError }: ConnectionDeps): Connection {
  const events = new TypedEmitter<ConnectionEvents>(onListenerError);
  let machine: MachineInfo | undefined;
  let welcome: Welcome | undefined;
  let accepted = false;
  let attempt = 0;
  let cancelTimer: (() => void) | undefined;

  const states = createStateMachine<ConnectionState, ConnectionEvent>({
    table: connectionTable,
    initial: 'initialized',
    onTransition({ from, to }) {
      if (from === 'connected' && to !== 'connected') forget();
      if (from !== to) events.emit('state', to);
    },
  });

  // What is asked for without a connection would be kept by the socket and sent into the next session.
  const requestNow = createRequester(socket, agentRequests);
  const request: AgentRequester = (name, payload) =>
    socket.connected
      ? requestNow(name, payload)
      : Promise.reject(new ProtocolError('not-connected', 'There is no connection to the server.'));

  const clockSync = createClockSync({
    clock,
    askServerTimeMs: async () => (await request('time-sync', {})).sfuTimeMs,
    report: (offset) => request('report-clock', offset),
    onError: (error) => onListenerError(error, 'time-sync'),
  });

  function forget(): void {
    clockSync.stop();
    events.emit('lost');
  }

  function setTimer(delayMs: number, callback: () => void): void {
    cancelTimer?.();
    cancelTimer = clock.after(delayMs, callback);
  }

  function retryLater(): void {
    socket.disconnect();
    states.handle('lost');
    setTimer(RETRY_MS, () => socket.connect());
  }

  function fail(error: unknown): void {
    const problem = refusalOf(error);
    events.emit('problem', problem);
    if (problem.final) {
      cancelTimer?.();
      states.handle('refused');
      socket.disconnect();
    } else {
      retryLater();
    }
  }

  async function sayWhoIsThere(): Promise<void> {
    if (machine === undefined) return;
    const mine = ++attempt;
    accepted = false;
    welcome = undefined;
    states.handle('opened');
    setTimer(WELCOME_TIMEOUT_MS, () => fail(new ProtocolError('timeout', 'The server does not answer.')));
    try {
      await request('client-connected', { machine });
      if (mine !== attempt) return;
      accepted = true;
      enterWhenComplete();
    } catch (error) {
      if (mine === attempt) fail(error);
    }
  }

  function enterWhenComplete(): void {
    if (!accepted || welcome === undefined || states.state !== 'connecting') return;
    cancelTimer?.();
    states.handle('welcomed');
    events.emit('problem', undefined);
    events.emit('connected', welcome);
    clockSync.start();
  }

  socket.on('connect', () => void sayWhoIsThere());
  socket.on('disconnect', (reason) => {
    attempt += 1;
    cancelTimer?.();
    states.handle('lost');
    // The only loss after which Socket.IO waits for us to connect again.
    if (reason === 'io server disconnect') retryLater();
  });
  socket.on('connect_error', (error) => {
    if (!socket.active) {
      fail(error);
      return;
    }
    events.emit('problem', { message: 'The server cannot be reached. Trying again…', final: false });
    states.handle('lost');
  });
  listenToNotices(
    socket,
    agentNotices,
    {
      'client-connected-success': (payload) => {
        welcome = payload;
        enterWhenComplete();
      },
      watched: ({ viewers }) => events.emit('watched', viewers),
      recorded: ({ recorded }) => events.emit('recorded', recorded),
      'publish-again': ({ reason }) => events.emit('publish-again', reason),
    },
    (name, error) => onListenerError(error, name),
  );

  function close(): void {
    attempt += 1;
    cancelTimer?.();
    states.handle('close');
    socket.disconnect();
    events.removeAll();
  }

  function connectAs(newMachine: MachineInfo): void {
    if (!states.accepts('connect')) return;
    machine = newMachine;
    socket.disconnect();
    cancelTimer?.();
    states.handle('connect');
    socket.connect();
  }

  return {
    get state() {
      return states.state;
    },
    events,
    request,
    connect: connectAs,
    reconnect() {
      if (machine !== undefined) connectAs(machine);
    },
    async leave() {
      try {
        if (states.state === 'connected') await request('app-closed', {});
      } finally {
        close();
      }
    },
    close,
  };
}
