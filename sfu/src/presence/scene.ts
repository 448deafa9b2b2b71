import { randomUUID } from 'node:crypto';
import {
  DEFAULT_RETENTION,
  type Company,
  type Device,
  type LoginAnswer,
  type MachineInfo,
} from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import { ClientDirectory } from '../clients/directory.ts';
import { openSqliteDatabase } from '../db/database.ts';
import type { ConnectionRecord } from '../db/presence.ts';
import { createRepositories, type Repositories } from '../db/repositories.ts';
import { FAKE_RTP, createFakeEngine, type FakeEngine } from '../media/fakeEngine.ts';
import type { MediaProducer } from '../media/types.ts';
import { createSessionRecords } from '../recording/sessionRecords.ts';
import type { AdmittedAgent } from './admittedAgent.ts';
import type { Deliver } from './outbox.ts';
import { createPresence, type Presence } from './presence.ts';

const logger = createLogger('test', 'silent');
const MACHINE: MachineInfo = { userName: 'ann', hostName: 'desk', os: 'Linux' };

export const GRACE_MS = 60_000;

/** An agent's connection, and what came down it. */
export interface TestAgent {
  readonly connectionId: string;
  readonly admitted: AdmittedAgent;
  readonly notices: string[];
  readonly messages: Parameters<Deliver>[0][];
  /** Whether the server has closed it. */
  readonly isDismissed: boolean;
  login(lastSeenMessage?: number): Promise<LoginAnswer>;
  relogin(ticket: string, lastSeenMessage?: number): Promise<LoginAnswer>;
  /** Opens a session and publishes a display into it. */
  publish(): Promise<{ sessionId: string; producer: MediaProducer }>;
  /** The network takes it away. */
  drop(): void;
}

/** A server's presence on a database of its own, with time in hand. */
export interface Scene {
  readonly clock: ManualClock;
  readonly engine: FakeEngine;
  readonly directory: ClientDirectory;
  readonly presence: Presence;
  readonly repositories: Repositories;
  readonly company: Company;
  /** What viewers were told, as `event device`. */
  readonly broadcasts: string[];
  enrol(name: string): Promise<Device>;
  connect(device: Device): TestAgent;
  /** What is on disk of the device. */
  rowOf(device: Device): Promise<ConnectionRecord | undefined>;
  /** Lets what waits for the database be written. Takes 10 ms of the clock. */
  settle(): Promise<void>;
  /** Waits for what needs the database. */
  done<T>(waiting: Promise<T>): Promise<T>;
  /** The server is killed and started again after `downMs`; what was not on disk is lost. */
  restart(downMs?: number): Promise<void>;
}

const TURNS = 12;

/** Builds a {@link Scene}. @param ticketKey of the server's secret */
export async function createScene(graceMs = GRACE_MS, ticketKey = Buffer.alloc(32, 7)): Promise<Scene> {
  const database = await openSqliteDatabase(':memory:');
  const repositories = createRepositories(database);
  const company: Company = {
    companyId: 'acme',
    name: 'Acme',
    idleThresholdMs: 600_000,
    retention: DEFAULT_RETENTION,
    createdAtMs: 0,
  };
  await repositories.organisation.addCompany(company);
  await repositories.devices.addEnrolmentToken({
    tokenId: 'token',
    companyId: company.companyId,
    groupId: null,
    createdAtMs: 0,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    usesLeft: 1_000,
    secretHash: 'secret',
    createdBy: 'test',
  });
  const broadcasts: string[] = [];

  const start = async (clock: ManualClock) => {
    const engine = createFakeEngine();
    const directory = new ClientDirectory(logger);
    const sessions = createSessionRecords({ directory, repository: repositories.recordings, clock, logger });
    const starting = createPresence({
      repositories,
      engine,
      directory,
      sessionWritten: (sessionId) => sessions.written(sessionId),
      ticketKey,
      graceMs,
      clock,
      logger,
    });
    const presence = await settled(clock, starting);
    for (const event of ['connected', 'reconnecting', 'updated', 'removed'] as const) {
      presence.events.on(event, ({ device }) => broadcasts.push(`${event} ${device.name}`));
    }
    presence.events.on('disconnected', ({ device }, reason) => {
      broadcasts.push(`disconnected ${device.name} ${reason}`);
    });
    presence.events.on('idle-alert', ({ deviceName }) => broadcasts.push(`idle-alert ${deviceName}`));
    return { clock, engine, directory, presence };
  };
  let server = await start(createManualClock(1_000_000));

  return {
    get clock() {
      return server.clock;
    },
    get engine() {
      return server.engine;
    },
    get directory() {
      return server.directory;
    },
    get presence() {
      return server.presence;
    },
    repositories,
    company,
    broadcasts,
    async enrol(name) {
      const device = await repositories.devices.enrol('secret', 0, {
        deviceId: `device-${name}`,
        name,
        userId: `${name}@desk`,
        credentialHash: `hash-${name}`,
        enrolledAtMs: 0,
      });
      if (device === undefined) throw new Error('The token is used up.');
      server.presence.deviceEnrolled(device);
      broadcasts.length = 0;
      return device;
    },
    connect: (device) => connectTo(server.presence, server.clock, device),
    async rowOf({ deviceId }) {
      return (await repositories.presence.connections()).find((row) => row.deviceId === deviceId);
    },
    async settle() {
      await settled(server.clock, Promise.resolve());
    },
    done: (waiting) => settled(server.clock, waiting),
    async restart(downMs = 0) {
      server = await start(createManualClock(server.clock.nowMs() + downMs));
    },
  };
}

/** Lets the presence writer's gathering pass, and the database work, while `waiting` waits for it. */
async function settled<T>(clock: ManualClock, waiting: Promise<T>): Promise<T> {
  const result = waiting.then(
    (value) => () => value,
    (error: unknown) => (): never => {
      throw error;
    },
  );
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(10);
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return (await result)();
}

function connectTo(presence: Presence, clock: ManualClock, device: Device): TestAgent {
  const notices: string[] = [];
  const messages: TestAgent['messages'] = [];
  const connectionId = randomUUID();
  let isDismissed = false;
  const admitted = presence.admit(device, {
    connectionId,
    notify: (...[name]) => void notices.push(name),
    deliver: (message) => void messages.push(message),
    disconnect: () => {
      isDismissed = true;
    },
  });
  return {
    connectionId,
    admitted,
    notices,
    messages,
    get isDismissed() {
      return isDismissed;
    },
    login: (lastSeenMessage = 0) => settled(clock, admitted.login({ machine: MACHINE, lastSeenMessage })),
    relogin: (ticket, lastSeenMessage = 0) => settled(clock, admitted.relogin({ ticket, lastSeenMessage })),
    async publish() {
      const { sessionId } = await settled(clock, admitted.startStreaming());
      const client = admitted.client();
      const transport = await client.createTransport();
      await transport.connect({ fingerprints: [] });
      const { producer } = await client.produce({
        transportId: transport.id,
        trackId: 'display-1',
        label: 'Screen',
        source: 'full',
        kind: 'video',
        rtpParameters: FAKE_RTP,
      });
      return { sessionId, producer };
    },
    drop: () => admitted.lost(),
  };
}
