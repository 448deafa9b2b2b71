import {
  createStateMachine,
  type Device,
  type DisconnectReason,
  type MachineInfo,
  type StateMachine,
} from '@sightline/shared';
import type { AgentClient } from '../clients/agentClient.ts';
import type { ConnectionRecord } from '../db/presence.ts';
import { createClientOf } from './clientOf.ts';
import type { Connection } from './connection.ts';
import type { PresenceContext } from './context.ts';
import { recordOf, type KeptPresence } from './deviceRecord.ts';
import { Grace } from './grace.ts';
import { IdleWatch } from './idleWatch.ts';
import { IssuedTickets } from './issuedTickets.ts';
import { OpenConnections } from './openConnections.ts';
import { Outbox } from './outbox.ts';
import type { RowSource } from './presenceWriter.ts';
import { CLIENT_TABLE, type ClientEvent, type ClientState } from './states.ts';
import type { TicketState } from './tickets.ts';

/**
 * One enrolled device: offline, online or reconnecting; the client it then has, its current connection, its grace.
 * Everything here changes at once; what is written follows.
 */
export class DevicePresence implements RowSource {
  readonly #connections: OpenConnections;
  readonly outbox: Outbox;
  readonly idle: IdleWatch;
  readonly tickets: IssuedTickets;
  readonly #context: PresenceContext;
  readonly #machine: StateMachine<ClientState, ClientEvent>;
  #device: Device;
  #described: MachineInfo | undefined;
  #client: AgentClient | undefined;
  #current: Connection | undefined;
  #connectedAtMs = 0;
  #lastSeenAtMs: number | null = null;
  readonly #grace: Grace;
  /** What stays on record once the server has let go of it. */
  #suspended: ConnectionRecord | undefined;
  /** While several things change together, one announcement at the end covers them. */
  #changing = false;

  constructor(device: Device, context: PresenceContext, kept?: KeptPresence) {
    this.#device = device;
    this.#context = context;
    this.#connections = new OpenConnections(context.clock);
    const record = kept?.record;
    this.#machine = createStateMachine<ClientState, ClientEvent>({
      table: CLIENT_TABLE,
      initial: record === undefined || record.state === 'offline' ? 'offline' : 'reconnecting',
      onTransition: ({ from, to, event }) => {
        context.logger.info({ clientId: device.deviceId, from, to, event }, 'presence');
      },
    });
    this.outbox = new Outbox(
      device.deviceId,
      context.writer,
      kept && { lastNumber: kept.record.lastMessage, pending: kept.pending },
    );
    this.tickets = new IssuedTickets(device.deviceId, context.clock, record?.ticket);
    this.#grace = new Grace(context.clock, () => this.#leave('grace-over', 'connection-lost'));
    this.idle = new IdleWatch(context.clock, context.idleListenerOf(this));
    if (record === undefined) return;
    this.#described = record.machine;
    this.#connectedAtMs = record.connectedAtMs;
    this.#lastSeenAtMs = record.lastSeenAtMs;
  }

  get device(): Device {
    return this.#device;
  }

  get deviceId(): string {
    return this.#device.deviceId;
  }

  get state(): ClientState {
    return this.#machine.state;
  }

  /** What the agent last said of its machine; undefined: it has never come. */
  get described(): MachineInfo | undefined {
    return this.#described;
  }

  /** There unless the device is offline. */
  get client(): AgentClient | undefined {
    return this.#client;
  }

  get current(): Connection | undefined {
    return this.#current;
  }

  get connectedAtMs(): number {
    return this.#connectedAtMs;
  }

  /** When it was last connected, unless it is now. Null: it has never been. */
  get lastSeenAtMs(): number | null {
    return this.#lastSeenAtMs;
  }

  /** When the grace will be over, by the wall clock. Null unless reconnecting. */
  get graceEndsAtMs(): number | null {
    return this.#grace.endsAtMs;
  }

  /** For {@link judgeTicket}; undefined while there is no client. */
  get ticketState(): TicketState | undefined {
    const isConnected = this.#current !== undefined;
    const heldUntilMs = isConnected ? this.#context.clock.nowMs() : (this.#lastSeenAtMs ?? 0);
    return this.#client && this.tickets.state(heldUntilMs);
  }

  record(): ConnectionRecord | undefined {
    return this.#suspended ?? recordOf(this);
  }

  /** What is on record of it has changed. */
  changed(): void {
    this.#context.writer.rowChanged(this);
  }

  /** What is shown of it has changed. */
  updated(): void {
    if (!this.#changing) this.#context.events.emit('updated', this);
  }

  /** A connection has shown this device's credential, and has not logged in yet. */
  connected(connection: Connection): void {
    this.#connections.add(connection, this.#current);
  }

  /** Its login is durable: it may stay, and come back. */
  accepted(connection: Connection): void {
    this.#connections.loggedIn(connection);
    connection.reconnectionAllowed = this.#context.graceMs > 0;
  }

  /**
   * A client of this device logs in over the connection, which is its current one from now on. Media of an earlier
   * connection is closed, the session stays.
   */
  login(connection: Connection, machine: MachineInfo): void {
    this.#described = machine;
    const isTakeover = this.#current !== undefined;
    this.#takeUp(connection, isTakeover ? 'taken-over' : 'login', () => {
      this.#client?.closeMedia();
      this.#client ??= createClientOf(this, machine, this.#context);
      this.#client.machine = machine;
      this.tickets.issueForLogin(connection.link.connectionId, isTakeover);
    });
  }

  /** The client goes on over this connection. @param ticket whether the ticket that it showed gets a new successor */
  relogin(connection: Connection, ticket: 'newest' | 'replayed'): void {
    this.#takeUp(connection, this.#current === undefined ? 'relogin' : 'taken-over', () => {
      if (ticket === 'newest') this.tickets.issueSuccessor(connection.link.connectionId);
    });
  }

  /** The newest ticket has arrived. */
  confirmTicket(): void {
    if (!this.tickets.confirm()) return;
    this.#client?.acknowledgeLosses();
    this.changed();
  }

  /** A connection is gone. Nothing happens unless it is the current one. */
  lost(connection: Connection): void {
    this.#connections.lost(connection);
    if (this.#current !== connection) return;
    if (connection.reconnectionAllowed) this.#awaitReturn();
    else this.#leave('left', 'connection-lost');
  }

  /** The user leaves on purpose. */
  appClosed(connection: Connection): void {
    connection.machine.handle('app-closed');
    if (this.#current === connection) this.#leave('app-closed', 'app-closed');
  }

  /** The device is not to come any more. Its connections are told, and closed. */
  revoke(): void {
    if (this.state === 'offline') this.#machine.handle('revoked');
    else this.#leave('revoked', 'device-revoked');
    this.#connections.dismissAll('device-revoked');
    this.#context.events.emit('removed', this);
  }

  /** Administrators renamed it, or put it into another group. */
  reassign(device: Device): void {
    const groupIdBefore = this.#device.groupId;
    this.#device = device;
    if (this.#client !== undefined) this.#client.device = device;
    if (groupIdBefore === device.groupId) this.updated();
    else this.#context.events.emit('regrouped', this, groupIdBefore);
  }

  /** Goes on waiting for a client that an earlier server knew. @param remainingMs of its grace */
  restore(
    session: { sessionId: string; startedAtMs: number } | undefined,
    paused: boolean,
    remainingMs: number,
  ): void {
    if (this.#described === undefined) return;
    this.#client = createClientOf(this, this.#described, this.#context);
    if (session !== undefined) this.#client.resumeSession(session, paused);
    this.#grace.start(remainingMs);
    this.changed();
  }

  /** An earlier server knew a client whose grace is over by now. */
  restoreOffline(): void {
    this.#machine.handle('grace-over');
    this.outbox.clear();
    this.changed();
  }

  /** The server goes: media and connections end, the client stays on record as it is. */
  suspend(): void {
    this.#suspended = recordOf(this);
    this.#grace.end();
    this.idle.paused();
    this.outbox.unbind();
    this.#current = undefined;
    this.#changing = true;
    const client = this.#client;
    this.#client = undefined;
    client?.suspend();
    this.#connections.dismissAll();
  }

  #takeUp(connection: Connection, event: ClientEvent, act: () => void): void {
    const previous = this.#current;
    const before = this.state;
    // What it comes back to it may come back to again, even if it is lost before it knows.
    connection.reconnectionAllowed = before !== 'offline' && this.#context.graceMs > 0;
    this.#machine.handle(event);
    this.#grace.end();
    this.outbox.unbind();
    this.#current = connection;
    if (before === 'offline') this.#connectedAtMs = this.#context.clock.nowMs();
    this.#lastSeenAtMs = this.#context.clock.nowMs();
    this.#together(act);
    if (previous !== undefined) this.#connections.dismiss(previous, 'taken-over');
    this.changed();
    this.#context.events.emit(before === 'online' ? 'updated' : 'connected', this);
  }

  #awaitReturn(): void {
    this.#machine.handle('connection-lost');
    this.#current = undefined;
    this.outbox.unbind();
    this.idle.paused();
    this.#lastSeenAtMs = this.#context.clock.nowMs();
    this.#grace.start(this.#context.graceMs);
    this.changed();
    this.#context.events.emit('reconnecting', this);
  }

  #leave(event: ClientEvent, reason: DisconnectReason): void {
    this.#machine.handle(event);
    if (this.#current !== undefined) this.#lastSeenAtMs = this.#context.clock.nowMs();
    this.#current = undefined;
    this.#grace.end();
    this.#together(() => {
      this.#client?.close(reason);
      this.#client = undefined;
      this.idle.left();
    });
    this.outbox.clear();
    this.changed();
    this.#context.events.emit('disconnected', this, reason);
  }

  /** Sends the agent a message, now or when it is back; nothing if it is offline. */
  readonly tell: Outbox['send'] = (name, payload) => {
    if (this.#client === undefined) return;
    this.outbox.send(name, payload);
    this.changed();
  };

  #together(act: () => void): void {
    this.#changing = true;
    try {
      act();
    } finally {
      this.#changing = false;
    }
  }
}
