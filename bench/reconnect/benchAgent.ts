import { memoryStorage } from '@sightline/agent/renderer/memoryStorage.ts';
import { createConnection, type Connection } from '@sightline/agent/renderer/signaling/connection.ts';
import { createAgentSocket, type AgentSocket } from '@sightline/agent/renderer/signaling/socket.ts';
import type { Closable } from '@sightline/e2e/harness/cleanup.ts';
import { systemClock, type Enrolment, type MachineInfo } from '@sightline/shared';
import { monotonicMs } from '../lib/monotonic.ts';

/** The agent's own connection code with a socket that is watched. */
export interface BenchAgent extends Closable {
  readonly deviceId: string;
  readonly connection: Connection;
  /** Numbers of the messages that it acted on, in that order. */
  readonly handled: readonly number[];
  /** Resolves when it is logged in for the first time. */
  connect(machine: MachineInfo): Promise<void>;
  /** Loses the connection; returns when, on the monotonic clock. The agent comes back by itself. */
  drop(): number;
  /** Resolves when the agent is logged in again: with the time at which it asked to be, on the monotonic clock. */
  returned(): Promise<number>;
}

/** What logs an agent in. */
const LOGINS: ReadonlySet<string> = new Set(['client-connected', 'relogin']);

/** Builds an enrolled agent that is not connected yet. */
export function createBenchAgent(url: string, { deviceId, credential }: Enrolment): BenchAgent {
  const socket = watchSocket(createAgentSocket(url, () => credential));
  const connection = createConnection({
    socket,
    clock: systemClock,
    random: Math.random,
    storage: memoryStorage(),
    deviceId: () => deviceId,
    onListenerError: (error) => process.stderr.write(`agent: ${String(error)}\n`),
  });
  const handled: number[] = [];
  const note = (): void => {
    if (socket.messageNumber !== undefined) handled.push(socket.messageNumber);
  };
  connection.events.on('watched', note);
  connection.events.on('recorded', note);
  connection.events.on('publish-again', note);
  const loggedIn = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const stopWaiting = [
        connection.events.on('connected', () => {
          for (const stop of stopWaiting) stop();
          resolve(socket.loginSentAtMs);
        }),
        connection.events.on('problem', (problem) => {
          if (problem?.wayOut !== undefined) reject(new Error(problem.message));
        }),
      ];
    });
  return {
    deviceId,
    connection,
    handled,
    async connect(machine) {
      const entered = loggedIn();
      connection.connect(machine);
      await entered;
    },
    drop() {
      const atMs = monotonicMs();
      socket.disconnect();
      return atMs;
    },
    returned: loggedIn,
    close: () => connection.close(),
  };
}

interface WatchedSocket extends AgentSocket {
  /** When the last login was sent, on the monotonic clock. */
  readonly loginSentAtMs: number;
  /** The number of the message that is being handled just now. */
  readonly messageNumber: number | undefined;
}

function watchSocket(socket: AgentSocket): WatchedSocket {
  let loginSentAtMs = Number.NaN;
  let messageNumber: number | undefined;
  return {
    get loginSentAtMs() {
      return loginSentAtMs;
    },
    get messageNumber() {
      return messageNumber;
    },
    get connected() {
      return socket.connected;
    },
    get active() {
      return socket.active;
    },
    connect: () => socket.connect(),
    disconnect: () => socket.disconnect(),
    on: (event, listener) =>
      socket.on(event, (payload, number) => {
        messageNumber = typeof number === 'number' ? number : undefined;
        listener(payload, number);
        messageNumber = undefined;
      }),
    timeout(ms) {
      const emitter = socket.timeout(ms);
      return {
        emitWithAck(event, ...args) {
          if (LOGINS.has(event)) loginSentAtMs = monotonicMs();
          return emitter.emitWithAck(event, ...args);
        },
      };
    },
  };
}
