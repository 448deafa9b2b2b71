import {
  agentRequests,
  createRequester,
  createStateMachine,
  ProtocolError,
  TypedEmitter,
  type Clock,
  type ClockOffset,
  type CloseReason,
  type ListenerErrorHandler,
  type LoginAnswer,
  type MachineInfo,
  type Requester,
  type ServerToAgent,
} from '@sightline/shared';
import { createClockSync } from './clockSync.ts';
import { connectionTable, type ConnectionEvent, type ConnectionState } from './connectionState.ts';
import { listenToServer } from './incoming.ts';
import { createLogin, type LoggedIn } from './login.ts';
import { createMessageLog, type MessageLogDeps } from './messageLog.ts';
import { reconnectDelayMs } from './reconnectDelay.ts';
import { refusalOf, type ConnectionProblem } from './refusal.ts';
import type { AgentSocket } from './socket.ts';

const LOGIN_TIMEOUT_MS = 10_000;

const noAnswer = (): ProtocolError => new ProtocolError('timeout', 'The server does not answer.');

/** What the server says to an agent that it let in. */
export type Welcome = Parameters<ServerToAgent['client-connected-success']>[0];

/** Sends a request to the server; see `createRequester`. */
export type AgentRequester = Requester<typeof agentRequests>;

/** What a {@link Connection} tells. */
export type ConnectionEvents = {
  state: [ConnectionState];
  /** Whose and which device this is to the server. */
  welcome: [Welcome];
  /** We are in, for the first time or again; what the server still has of us is in the answer. */
  connected: [LoginAnswer];
  /** Nothing can be asked for at present. What was made at the server lives on. */
  lost: [];
  /** The server will not have us as we are. */
  refused: [];
  /** Why it does not work at present; `undefined` when it works again. */
  problem: [ConnectionProblem | undefined];
  watched: [viewers: number];
  /** Whether what is streamed is recorded has changed. */
  recorded: [recorded: boolean];
  'publish-again': [CloseReason];
  /** The recording misses something of what was sent of this display lately. */
  'offer-sent': [trackId: string];
  /** How far the server's clock is ahead of the wall clock here was measured. */
  clock: [ClockOffset];
};

/** The agent's connection to the server. */
export interface Connection {
  readonly state: ConnectionState;
  readonly events: TypedEmitter<ConnectionEvents>;
  /** Sends a request. @throws {ProtocolError} `not-connected` at once while we are not logged in. */
  readonly request: AgentRequester;
  /** Connects as `machine`, with nothing to go on with, and again by itself whenever the connection is lost. */
  connect(machine: MachineInfo): void;
  /** Logs in anew, now or when the server is there again, so that it drops what it has of our media. */
  startOver(): void;
  /** Tells the server that the user leaves on purpose, if it can be told, and closes. */
  leave(): Promise<void>;
  /** Closes for good. */
  close(): void;
}

/** What a {@link Connection} is made from. */
export interface ConnectionDeps extends Pick<MessageLogDeps, 'storage' | 'deviceId'> {
  socket: AgentSocket;
  clock: Clock;
  /** From 0 to 1; leaves to chance when exactly we come back. */
  random: () => number;
  onListenerError: ListenerErrorHandler;
}

/** Builds a {@link Connection} over a socket that is not connected yet. */
export function createConnection(deps: ConnectionDeps): Connection {
  const { socket, clock, onListenerError } = deps;
  const events = new TypedEmitter<ConnectionEvents>(onListenerError);
  let machine: MachineInfo | undefined;
  let welcomed = false;
  let loggedIn: LoggedIn | undefined;
  let attempt = 0;
  let failures = 0;
  let cancelTimer: (() => void) | undefined;

  const states = createStateMachine<ConnectionState, ConnectionEvent>({
    table: connectionTable,
    initial: 'initialized',
    onTransition({ from, to }) {
      if (from === to) return;
      if (from === 'connected') beAway();
      events.emit('state', to);
      if (to === 'refused') events.emit('refused');
    },
  });

  const notConnected = (): Promise<never> =>
    Promise.reject(new ProtocolError('not-connected', 'There is no connection to the server.'));
  const ask = createRequester(socket, agentRequests);
  // What is asked for without a connection would be kept by the socket and sent before the login.
  const requestNow: AgentRequester = (name, payload) =>
    socket.connected ? ask(name, payload) : notConnected();
  const request: AgentRequester = (name, payload) =>
    states.state === 'connected' ? requestNow(name, payload) : notConnected();

  const clockSync = createClockSync({
    clock,
    askServerTimeMs: async () => (await request('time-sync', {})).sfuTimeMs,
    report: (offset) => {
      const told = request('report-clock', offset);
      events.emit('clock', offset);
      return told;
    },
    onError: (error) => onListenerError(error, 'time-sync'),
  });
  const messageLog = createMessageLog({
    ...deps,
    confirm: (lastSeenMessage) => request('messages-seen', { lastSeenMessage }),
    onError: (error) => onListenerError(error, 'messages-seen'),
  });
  const login = createLogin({
    request: requestNow,
    lastSeenMessage: () => messageLog.last,
    onUnconfirmed: (error) => {
      if (socket.connected) onListenerError(error, 'confirm-ticket');
    },
  });

  function beAway(): void {
    clockSync.stop();
    messageLog.stop();
    events.emit('lost');
  }

  function setTimer(delayMs: number, callback: () => void): void {
    cancelTimer?.();
    cancelTimer = clock.after(delayMs, callback);
  }

  function retryLater(): void {
    attempt += 1;
    states.handle('lost');
    if (states.state !== 'lost') return;
    setTimer(reconnectDelayMs(failures, deps.random()), open);
    failures += 1;
  }

  function refuse(problem: ConnectionProblem): void {
    attempt += 1;
    cancelTimer?.();
    login.forgetTicket();
    events.emit('problem', problem);
    states.handle('refused');
    socket.disconnect();
  }

  function fail(error: unknown): void {
    const problem = refusalOf(error);
    if (problem.wayOut !== undefined) {
      refuse(problem);
      return;
    }
    events.emit('problem', problem);
    const wasConnected = socket.connected;
    socket.disconnect();
    if (!wasConnected) retryLater();
  }

  /** An open connection that nobody answers on makes no event. */
  function open(): void {
    setTimer(LOGIN_TIMEOUT_MS, () => fail(noAnswer()));
    socket.connect();
  }

  async function logIn(): Promise<void> {
    if (machine === undefined) return;
    const mine = ++attempt;
    welcomed = false;
    loggedIn = undefined;
    states.handle('opened');
    setTimer(LOGIN_TIMEOUT_MS, () => fail(noAnswer()));
    try {
      const answer = await login.enter(machine);
      if (mine !== attempt) return;
      loggedIn = answer;
      enterWhenComplete();
    } catch (error) {
      if (mine === attempt) fail(error);
    }
  }

  function enterWhenComplete(): void {
    if (loggedIn === undefined || states.state !== 'connecting') return;
    if (loggedIn.welcomed && !welcomed) return;
    cancelTimer?.();
    failures = 0;
    states.handle('entered');
    events.emit('problem', undefined);
    events.emit('connected', loggedIn);
    clockSync.start();
    messageLog.start();
  }

  socket.on('connect', () => void logIn());
  socket.on('disconnect', () => retryLater());
  socket.on('connect_error', (error) => {
    if (!socket.active) {
      fail(error);
      return;
    }
    events.emit('problem', { message: 'The server cannot be reached. Trying again…' });
    retryLater();
  });
  listenToServer({
    socket,
    events,
    seen: messageLog,
    onWelcome() {
      welcomed = true;
      enterWhenComplete();
    },
    onRefused: refuse,
    onListenerError,
  });

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
    login.forgetTicket();
    socket.disconnect();
    attempt += 1;
    failures = 0;
    states.handle('connect');
    open();
  }

  return {
    get state() {
      return states.state;
    },
    events,
    request,
    connect: connectAs,
    startOver() {
      login.forgetTicket();
      if (states.state === 'connected' && machine !== undefined) connectAs(machine);
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
