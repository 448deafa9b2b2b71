import { ProtocolError, type LoginAnswer, type MachineInfo } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { AgentClient } from '../clients/agentClient.ts';
import type { Session } from '../clients/events.ts';
import { createConnection, type AgentLink } from './connection.ts';
import type { PresenceContext } from './context.ts';
import type { DevicePresence } from './devicePresence.ts';
import type { Outbox } from './outbox.ts';
import { judgeTicket, type Tickets } from './tickets.ts';

/** What an agent's connection may do, once it has shown its credential. What it does is durable when it resolves. */
export interface AdmittedAgent {
  /** The client that has this connection. @throws {ProtocolError} `not-connected` */
  client(): AgentClient;
  /** @throws {ProtocolError} `already-connected`, `not-connected` if the connection went meanwhile */
  login(order: { machine: MachineInfo; lastSeenMessage: number }): Promise<LoginAnswer>;
  /** @throws {ProtocolError} as `login`, and what {@link judgeTicket} refuses with */
  relogin(order: { ticket: string; lastSeenMessage: number }): Promise<LoginAnswer>;
  /** @throws {ProtocolError} `ticket-spent` if it is not the newest */
  confirmTicket(ticket: string): Promise<void>;
  /** Sends the agent a message, over this connection or the next one. */
  tell: Outbox['send'];
  messagesSeen(lastSeenMessage: number): void;
  reportActivity(idleMs: number): void;
  startStreaming(): Promise<Session>;
  stopStreaming(): Promise<void>;
  setPaused(paused: boolean): Promise<void>;
  appClosed(): Promise<void>;
  /** The socket is gone. */
  lost(): void;
}

/** What an {@link AdmittedAgent} needs beside its device. */
export interface AdmittedAgentDeps extends PresenceContext {
  tickets: Tickets;
  /** Resolves when what is known of the session is on disk. */
  sessionWritten: (sessionId: string) => Promise<void>;
  logger: Logger;
}

/** Gives a connection what it may do for its device. */
export function admitAgent(device: DevicePresence, link: AgentLink, deps: AdmittedAgentDeps): AdmittedAgent {
  const { clock, graceMs, tickets, writer } = deps;
  const connection = createConnection(link, deps.logger);
  const { machine: state } = connection;
  device.connected(connection);

  const client = (): AgentClient => {
    if (state.state !== 'connected' || device.current !== connection || device.client === undefined) {
      throw new ProtocolError('not-connected', 'Send client-connected or relogin first.');
    }
    return device.client;
  };

  const connect = async (lastSeenMessage: number, takeUp: () => boolean): Promise<LoginAnswer> => {
    if (!state.handle('login').ok) {
      throw new ProtocolError('already-connected', 'This connection has logged in, or has ended.');
    }
    let resumed: boolean;
    try {
      resumed = takeUp();
    } catch (error) {
      state.handle('refused');
      throw error;
    }
    try {
      await writer.durable();
    } catch (error) {
      state.handle('failed');
      link.disconnect();
      throw error;
    }
    const ticket = device.tickets.newestClaims;
    if (!state.handle('accepted').ok || device.client === undefined || ticket === undefined) {
      throw new ProtocolError('not-connected', 'The connection ended while it was logging in.');
    }
    device.accepted(connection);
    const missedMessages = device.outbox.bind(lastSeenMessage, (message) => link.deliver(message));
    return {
      ticket: tickets.encode(ticket),
      resumed,
      session: device.client.session ?? null,
      missedMessages,
    };
  };

  return {
    client,
    login: ({ machine, lastSeenMessage }) =>
      connect(lastSeenMessage, () => {
        device.login(connection, machine);
        return false;
      }),
    relogin: ({ ticket, lastSeenMessage }) =>
      connect(lastSeenMessage, () => {
        const verdict = judgeTicket(tickets.decode(ticket), {
          deviceId: device.deviceId,
          reconnectionAllowed: graceMs > 0,
          state: device.ticketState,
          nowMs: clock.nowMs(),
        });
        device.relogin(connection, verdict);
        return device.client?.intact ?? false;
      }),
    async confirmTicket(ticket) {
      client();
      const { deviceId, number } = tickets.decode(ticket);
      if (deviceId !== device.deviceId || number !== device.tickets.newest?.number) {
        throw new ProtocolError('ticket-spent', 'Confirm the ticket that the last login was answered with.');
      }
      device.confirmTicket();
      await writer.durable();
    },
    tell: device.tell,
    messagesSeen(lastSeenMessage) {
      client();
      device.outbox.seen(lastSeenMessage);
    },
    reportActivity(idleMs) {
      client();
      device.idle.reported(idleMs, deps.idleThresholdMs(device.device.companyId));
    },
    async startStreaming() {
      const streaming = client();
      const session = streaming.startStreaming();
      device.changed();
      try {
        await Promise.all([writer.durable(), deps.sessionWritten(session.sessionId)]);
      } catch (error) {
        if (streaming.session === session) streaming.stopStreaming('stopped');
        throw error;
      }
      return session;
    },
    async stopStreaming() {
      const { session } = client();
      client().stopStreaming('stopped');
      device.changed();
      await Promise.all([writer.durable(), session && deps.sessionWritten(session.sessionId)]);
    },
    async setPaused(paused) {
      client().setPaused(paused);
      device.changed();
      await writer.durable();
    },
    async appClosed() {
      const { session } = client();
      device.appClosed(connection);
      await Promise.all([writer.durable(), session && deps.sessionWritten(session.sessionId)]);
    },
    lost: () => device.lost(connection),
  };
}
