import { randomUUID } from 'node:crypto';
import {
  ProtocolError,
  type Clock,
  type Device,
  type DisconnectReason,
  type MachineInfo,
  type RtpCapabilities,
  type RtpParameters,
  type Source,
  type StreamingEndReason,
  type TypedEmitter,
} from '@sightline/shared';
import type { MediaEngine, MediaTransport } from '../media/types.ts';
import { AgentPlacement } from './agentPlacement.ts';
import { AgentProducers } from './agentProducers.ts';
import { AgentTransports } from './agentTransports.ts';
import type { ClientEvents, PublishedProducer, Session, Watcher } from './events.ts';
import { Watchers } from './watchers.ts';

/** What an agent wants to send. */
export interface ProduceOrder {
  transportId: string;
  trackId: string;
  label: string;
  source: Source;
  kind: 'audio' | 'video';
  rtpParameters: RtpParameters;
}

/** What an agent is told, beside the answers to its requests. */
export interface AgentNotifier {
  watched(viewers: number): void;
  publishAgain(): void;
  /** Something of what was sent of this display lately has not arrived. */
  offerSent(trackId: string): void;
}

/** What a client is made of, beside its identity. */
export interface AgentClientDeps {
  engine: MediaEngine;
  clock: Clock;
  events: TypedEmitter<ClientEvents>;
  notifier: AgentNotifier;
}

/**
 * An agent that is there: its place in the media engine, its session and what it publishes. It outlives the
 * agent's connections, and ends when the agent is offline.
 */
export class AgentClient {
  /** As its administrators know it; replaced when they change it. */
  device: Device;
  /** As the agent last described it. */
  machine: MachineInfo;
  readonly connectedAtMs: number;
  readonly #deps: AgentClientDeps;
  readonly #transports = new AgentTransports();
  readonly #producers = new AgentProducers();
  readonly #watchers: Watchers;
  readonly #placement: AgentPlacement;
  #session: Session | undefined;
  #paused = false;
  #intact = true;
  #clockOffsetMs: number | undefined;
  #uplinkBps: number | undefined;
  #closed = false;

  constructor(
    identity: { device: Device; machine: MachineInfo; connectedAtMs: number },
    deps: AgentClientDeps,
  ) {
    this.device = identity.device;
    this.machine = identity.machine;
    this.connectedAtMs = identity.connectedAtMs;
    this.#deps = deps;
    this.#watchers = new Watchers({
      counted: (accounts) => deps.notifier.watched(accounts),
      began: (watcher) => deps.events.emit('watch-began', this, watcher),
      ended: (watcher) => deps.events.emit('watch-ended', this, watcher),
    });
    this.#placement = new AgentPlacement(deps.engine, this.companyId, () => {
      this.#intact = false;
      if (this.#session !== undefined) deps.notifier.publishAgain();
    });
  }

  get clientId(): string {
    return this.device.deviceId;
  }

  get companyId(): string {
    return this.device.companyId;
  }

  get groupId(): string | null {
    return this.device.groupId;
  }

  /** The name under which recordings are kept. */
  get userId(): string {
    return this.device.userId;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  get published(): readonly PublishedProducer[] {
    return this.#producers.all;
  }

  /** Whether the user has interrupted the session. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether the agent can go on using the transports it knows: none was lost that it may still believe in. */
  get intact(): boolean {
    return this.#intact;
  }

  /** How far the server's clock is ahead of the agent's, ms; undefined until measured. */
  get clockOffsetMs(): number | undefined {
    return this.#clockOffsetMs;
  }

  /** What the agent's congestion control grants it, bit/s; undefined until reported. */
  get uplinkBps(): number | undefined {
    return this.#uplinkBps;
  }

  /** How many accounts see its screens now. */
  get watching(): number {
    return this.#watchers.count;
  }

  reportClock(offsetMs: number): void {
    this.#clockOffsetMs = offsetMs;
    this.#deps.events.emit('updated', this);
  }

  reportUplink(availableBps: number): void {
    this.#uplinkBps = availableBps;
  }

  /** Has the agent offer what it keeps of what it sent of a display. */
  offerSent(trackId: string): void {
    this.#deps.notifier.offerSent(trackId);
  }

  /** The capabilities of the router on which this agent lives. */
  async routerCapabilities(): Promise<RtpCapabilities> {
    return (await this.#placement.router()).capabilities;
  }

  /** @throws {ProtocolError} `limit-reached`, `not-connected` */
  async createTransport(): Promise<MediaTransport> {
    const transport = await this.#transports.create(() => this.#placement.router());
    this.#intact = true;
    return transport;
  }

  /** @throws {ProtocolError} `unknown-transport` */
  transport(transportId: string): MediaTransport {
    return this.#transports.get(transportId);
  }

  /** Opens a session. @throws {ProtocolError} `already-streaming` */
  startStreaming(): Session {
    if (this.#session !== undefined) {
      throw new ProtocolError('already-streaming', 'A session is open; stop it before starting another.');
    }
    this.#session = { sessionId: randomUUID(), startedAtMs: this.#deps.clock.nowMs() };
    this.#deps.events.emit('session-started', this, this.#session);
    this.#deps.events.emit('updated', this);
    return this.#session;
  }

  /** Takes up a session that an earlier server had open, as it was then. Its media is lost. */
  resumeSession(session: Session, paused: boolean): void {
    this.#session = session;
    this.#paused = paused;
    this.#intact = false;
  }

  /** The user interrupts the session, or goes on with it. @throws {ProtocolError} `not-streaming` */
  setPaused(paused: boolean): void {
    this.#requireSession();
    this.#paused = paused;
    this.#deps.events.emit('updated', this);
  }

  /** The agent knows which of its transports are left. */
  acknowledgeLosses(): void {
    this.#intact = true;
  }

  /** Closes all that was published, and how; the session stays open. */
  closeMedia(): void {
    this.#producers.closeAll();
    this.#transports.closeAll();
  }

  /** Publishes a stream into the open session. @throws {ProtocolError} */
  async produce(order: ProduceOrder): Promise<PublishedProducer> {
    const session = this.#requireSession();
    const transport = this.transport(order.transportId);
    if (!transport.connected) {
      throw new ProtocolError('transport-not-connected', 'Send connect-transport before produce.');
    }
    this.#producers.refuseDuplicate(order);
    const router = await this.#placement.router();
    const producer = await transport.produce(order);
    if (this.#session !== session || producer.closed) {
      producer.close();
      throw new ProtocolError('not-streaming', 'The session ended meanwhile.');
    }
    const { trackId, label, source } = order;
    const published: PublishedProducer = { client: this, session, trackId, label, source, router, producer };
    this.#producers.add(published, (reason) => {
      this.#deps.events.emit('producer-removed', published, reason);
      this.#deps.events.emit('updated', this);
    });
    this.#deps.events.emit('producer-added', published);
    this.#deps.events.emit('updated', this);
    return published;
  }

  /** @throws {ProtocolError} `unknown-producer` */
  closeProducer(producerId: string): void {
    const published = this.#producers.get(producerId);
    this.#deps.events.emit('unshared', published);
    published.producer.close();
  }

  /** Ends the session and everything in it. @throws {ProtocolError} `not-streaming` */
  stopStreaming(reason: StreamingEndReason): void {
    const session = this.#requireSession();
    this.#session = undefined;
    this.#paused = false;
    this.#producers.closeAll();
    this.#deps.events.emit('session-ended', this, session, reason);
    this.#deps.events.emit('updated', this);
  }

  /** A dashboard of this account began (+1) or ceased (−1) to receive one of this agent's producers. */
  watchedBy(watcher: Watcher, change: 1 | -1): void {
    this.#watchers.change(watcher, change);
  }

  /** The agent has left: ends its session and its media. May be called again. */
  close(reason: DisconnectReason): void {
    if (this.#closed) return;
    if (this.#session !== undefined) this.stopStreaming(reason);
    this.suspend();
  }

  /** The server goes, the client stays: ends the media, and leaves the session open for the next server. */
  suspend(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.closeMedia();
    this.#placement.release();
  }

  #requireSession(): Session {
    if (this.#session === undefined) {
      throw new ProtocolError('not-streaming', 'No session is open; send start-streaming first.');
    }
    return this.#session;
  }
}
