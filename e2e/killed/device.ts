import { memoryStorage } from '@sightline/agent/renderer/memoryStorage.ts';
import { createConnection, type Connection } from '@sightline/agent/renderer/signaling/connection.ts';
import { createAgentSocket, type AgentSocket } from '@sightline/agent/renderer/signaling/socket.ts';
import { systemClock, type ClientView, type Enrolment, type MachineInfo } from '@sightline/shared';
import type { Closable } from '../harness/cleanup.ts';
import { Expectation } from './expectation.ts';

/** How exactly the end of a grace is known from here. */
const MARGIN_MS = 1_000;

/** An enrolled device with a real agent's connection, which does what its user does, and what networks do to it. */
export interface TestDevice extends Closable {
  readonly deviceId: string;
  /** Sessions that were acknowledged since the last check. */
  readonly begun: ReadonlySet<string>;
  /** What is known of its presence: another object whenever it came, went, or lost its connection. */
  readonly known: object;
  /** Does one thing, if it is connected. @throws when it was not acknowledged */
  act(): Promise<void>;
  /** The sfu is there again after it was killed. */
  sfuRestarted(): void;
  /** Compares what a viewer is shown. @throws Error on a difference */
  check(view: ClientView | undefined): void;
  /** Whether a login found what it should not have; kept until it is asked for. @throws it */
  requireGoodLogins(): void;
}

/**
 * What is known of its presence. `here`: its connection is there since `lostAtMs` is undefined, or it tries to come back.
 * `coming`: it logs in, and has been away since then if it had vanished.
 * `leaving`: it said so, and nobody answered. `vanished`: it will not come back by itself.
 */
type Presence =
  | { kind: 'here'; lostAtMs: number | undefined }
  | { kind: 'coming'; sinceMs: number | undefined }
  | { kind: 'left' }
  | { kind: 'leaving' }
  | { kind: 'vanished'; atMs: number; restartedAtMs: number | undefined };

/** Builds a device that has not come yet. */
export function createTestDevice(deps: {
  url: string;
  enrolment: Enrolment;
  machine: MachineInfo;
  graceMs: number;
  random: () => number;
}): TestDevice {
  const { graceMs, random, enrolment } = deps;
  const storage = memoryStorage();
  const begun = new Set<string>();
  const wrong: unknown[] = [];
  let presence: Presence = { kind: 'left' };
  let link: { socket: AgentSocket; connection: Connection } | undefined;
  let session = new Expectation<string | null>(null);
  let paused = new Expectation(false);

  function settleSession(actual: string | null): void {
    if (actual === null && mayBeOver()) session = new Expectation<string | null>(null);
    session.settle(`the session of a device that is ${JSON.stringify(presence)}`, actual);
    if (actual === null) paused = new Expectation(false);
  }

  /** Whether the grace may be over, if one runs. */
  function mayBeOver(): boolean {
    if (presence.kind === 'leaving') return true;
    const sinceMs = awaySinceMs(presence);
    return sinceMs !== undefined && Date.now() >= sinceMs + graceMs - MARGIN_MS;
  }

  /** Whether the grace must be over: a server that was killed before it saw the loss gives a full one to its successor. */
  function mustBeOver(): boolean {
    if (presence.kind !== 'vanished') return false;
    const { atMs, restartedAtMs } = presence;
    return Date.now() >= (restartedAtMs ?? atMs) + graceMs + MARGIN_MS;
  }

  function come(): void {
    const socket = createAgentSocket(deps.url, () => enrolment.credential);
    const connection = createConnection({
      socket,
      clock: systemClock,
      random,
      storage,
      deviceId: () => enrolment.deviceId,
      // Time and messages are not what is looked at here; they fail whenever the sfu is killed.
      onListenerError: () => undefined,
    });
    link = { socket, connection };
    presence = { kind: 'coming', sinceMs: awaySinceMs(presence) };
    connection.events.on('connected', (answer) => {
      try {
        settleSession(answer.session?.sessionId ?? null);
      } catch (error) {
        wrong.push(error);
      }
      presence = { kind: 'here', lostAtMs: undefined };
    });
    connection.events.on('lost', () => {
      // Who leaves or vanishes loses the connection, too.
      if (presence.kind === 'here') presence = { kind: 'here', lostAtMs: Date.now() };
    });
    connection.connect(deps.machine);
  }

  async function actHere({
    socket,
    connection,
  }: {
    socket: AgentSocket;
    connection: Connection;
  }): Promise<void> {
    const chance = random();
    if (chance < 0.08) {
      socket.disconnect();
    } else if (chance < 0.12) {
      link = undefined;
      presence = { kind: 'leaving' };
      await connection.leave();
      presence = { kind: 'left' };
      session = new Expectation<string | null>(null);
    } else if (chance < 0.16) {
      link = undefined;
      presence = { kind: 'vanished', atMs: Date.now(), restartedAtMs: undefined };
      connection.close();
    } else if (session.acknowledged === null) {
      await session.write(
        (value) => value !== null,
        async () => {
          const { sessionId } = await connection.request('start-streaming', {});
          begun.add(sessionId);
          return sessionId;
        },
      );
    } else if (chance < 0.5) {
      await session.write(
        (value) => value === null,
        async () => {
          await connection.request('stop-streaming', {});
          return null;
        },
      );
      paused = new Expectation(false);
    } else {
      const wanted = !paused.acknowledged;
      await paused.write(
        (value) => value === wanted,
        async () => {
          await connection.request(wanted ? 'pause-streaming' : 'resume-streaming', {});
          return wanted;
        },
      );
    }
  }

  return {
    deviceId: enrolment.deviceId,
    begun,
    get known() {
      return presence;
    },
    async act() {
      if (link === undefined) {
        if (random() < 0.1) come();
      } else if (link.connection.state === 'connected') {
        await actHere(link);
      }
    },
    sfuRestarted() {
      if (presence.kind === 'vanished') presence.restartedAtMs ??= Date.now();
    },
    check(view) {
      if (view === undefined) throw new Error(`${enrolment.deviceName} is not shown`);
      const { state } = view.presence;
      if (!expectedStates(presence, { mayBeOver: mayBeOver(), mustBeOver: mustBeOver() }).includes(state)) {
        throw new Error(`a device is ${state}, but ${JSON.stringify(presence)}`);
      }
      settleSession(view.session?.sessionId ?? null);
      if (view.session !== undefined) paused.settle(`whether ${enrolment.deviceName} is paused`, view.paused);
      if (presence.kind === 'leaving') presence = settled(state);
      begun.clear();
    },
    requireGoodLogins() {
      if (wrong.length > 0) throw new AggregateError(wrong, 'a login found what it should not have');
    },
    close: () => link?.connection.close(),
  };
}

function expectedStates(
  presence: Presence,
  grace: { mayBeOver: boolean; mustBeOver: boolean },
): readonly ClientView['presence']['state'][] {
  switch (presence.kind) {
    case 'here':
      return grace.mayBeOver ? ['online', 'reconnecting', 'offline'] : ['online', 'reconnecting'];
    case 'coming':
      return ['online', 'reconnecting', 'offline'];
    case 'left':
      return ['offline'];
    case 'leaving':
      return ['reconnecting', 'offline'];
    case 'vanished':
      if (grace.mustBeOver) return ['offline'];
      return grace.mayBeOver ? ['reconnecting', 'offline'] : ['reconnecting'];
  }
}

/** When its connection was lost; undefined if it was not. */
function awaySinceMs(presence: Presence): number | undefined {
  switch (presence.kind) {
    case 'here':
      return presence.lostAtMs;
    case 'coming':
      return presence.sinceMs;
    case 'vanished':
      return presence.atMs;
    case 'left':
    case 'leaving':
      return undefined;
  }
}

/** What somebody whose leave was not answered is from now on. */
function settled(state: ClientView['presence']['state']): Presence {
  const nowMs = Date.now();
  return state === 'offline' ? { kind: 'left' } : { kind: 'vanished', atMs: nowMs, restartedAtMs: nowMs };
}
