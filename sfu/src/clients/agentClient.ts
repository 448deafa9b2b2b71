import { randomUUID } from 'node:crypto';
import {
  ProtocolError,
  type Clock,
  type MachineInfo,
  type RtpCapabilities,
  type RtpParameters,
  type Source,
  type StreamingEndReason,
  type TypedEmitter,
} from '@sightline/shared';
import type { MediaEngine, MediaTransport, Placement } from '../media/types.ts';
import type { ClientEvents, DisconnectReason, PublishedProducer, Session } from './events.ts';

/** More of these per agent is a mistake, or an attack. */
const MAX_TRANSPORTS = 4;
const MAX_PRODUCERS = 32;

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
}

/** A connected agent: its place in the media engine, its session and what it publishes. */
export class AgentClient {
  readonly clientId = randomUUID();
  readonly companyId: string;
  readonly machine: MachineInfo;
  readonly connectedAtMs: number;
  readonly #engine: MediaEngine;
  readonly #clock: Clock;
  readonly #events: TypedEmitter<ClientEvents>;
  readonly #notifier: AgentNotifier;
  readonly #transports = new Map<string, MediaTransport>();
  readonly #published = new Map<string, PublishedProducer>();
  readonly #watching = new Map<string, number>();
  #placement: Promise<Placement> | undefined;
  #session: Session | undefined;
  #clockOffsetMs: number | undefined;
  #uplinkBps: number | undefined;
  #closed = false;

  constructor(
    identity: { companyId: string; machine: MachineInfo },
    deps: { engine: MediaEngine; clock: Clock; events: TypedEmitter<ClientEvents>; notifier: AgentNotifier },
  ) {
    this.companyId = identity.companyId;
    this.machine = identity.machine;
    this.#engine = deps.engine;
    this.#clock = deps.clock;
    this.#events = deps.events;
    this.#notifier = deps.notifier;
    this.connectedAtMs = deps.clock.nowMs();
  }

  /** The name under which recordings are kept: `user@host`. */
  get userId(): string {
    return `${this.machine.userName}@${this.machine.hostName}`;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  get published(): readonly PublishedProducer[] {
    return [...this.#published.values()];
  }

  /** How far the server's clock is ahead of the agent's, ms; undefined until measured. */
  get clockOffsetMs(): number | undefined {
    return this.#clockOffsetMs;
  }

  /** What the agent's congestion control grants it, bit/s; undefined until reported. */
  get uplinkBps(): number | undefined {
    return this.#uplinkBps;
  }

  reportClock(offsetMs: number): void {
    this.#clockOffsetMs = offsetMs;
    this.#events.emit('updated', this);
  }

  reportUplink(availableBps: number): void {
    this.#uplinkBps = availableBps;
  }

  /** The capabilities of the router on which this agent lives. */
  async routerCapabilities(): Promise<RtpCapabilities> {
    return (await this.#place()).router.capabilities;
  }

  async createTransport(): Promise<MediaTransport> {
    if (this.#transports.size >= MAX_TRANSPORTS) {
      throw new ProtocolError(
        'limit-reached',
        `An agent has at most ${MAX_TRANSPORTS} transports; reuse one.`,
      );
    }
    const { router } = await this.#place();
    const transport = await router.createTransport();
    if (this.#closed) {
      transport.close();
      throw new ProtocolError('not-connected', 'The client has left.');
    }
    this.#transports.set(transport.id, transport);
    transport.onClosed(() => this.#transports.delete(transport.id));
    return transport;
  }

  /** @throws {ProtocolError} `unknown-transport` */
  transport(transportId: string): MediaTransport {
    const transport = this.#transports.get(transportId);
    if (transport === undefined) {
      throw new ProtocolError('unknown-transport', 'This agent has no such transport; create one first.');
    }
    return transport;
  }

  /** Opens a session. @throws {ProtocolError} `already-streaming` */
  startStreaming(): Session {
    if (this.#session !== undefined) {
      throw new ProtocolError('already-streaming', 'A session is open; stop it before starting another.');
    }
    this.#session = { sessionId: randomUUID(), startedAtMs: this.#clock.nowMs() };
    this.#events.emit('session-started', this, this.#session);
    this.#events.emit('updated', this);
    return this.#session;
  }

  /** Publishes a stream into the open session. @throws {ProtocolError} */
  async produce(order: ProduceOrder): Promise<PublishedProducer> {
    const session = this.#requireSession();
    const transport = this.transport(order.transportId);
    if (!transport.connected) {
      throw new ProtocolError('transport-not-connected', 'Send connect-transport before produce.');
    }
    this.#refuseDuplicate(order);
    const { router } = await this.#place();
    const producer = await transport.produce(order);
    if (this.#session !== session || producer.closed) {
      producer.close();
      throw new ProtocolError('not-streaming', 'The session ended meanwhile.');
    }
    const { trackId, label, source } = order;
    const published: PublishedProducer = { client: this, session, trackId, label, source, router, producer };
    this.#published.set(producer.id, published);
    producer.onClosed((reason) => {
      this.#published.delete(producer.id);
      this.#events.emit('producer-removed', published, reason);
      this.#events.emit('updated', this);
    });
    this.#events.emit('producer-added', published);
    this.#events.emit('updated', this);
    return published;
  }

  /** @throws {ProtocolError} `unknown-producer` */
  closeProducer(producerId: string): void {
    const published = this.#published.get(producerId);
    if (published === undefined) {
      throw new ProtocolError('unknown-producer', 'This agent has no such producer.');
    }
    published.producer.close();
  }

  /** Ends the session and everything in it. @throws {ProtocolError} `not-streaming` */
  stopStreaming(reason: StreamingEndReason): void {
    const session = this.#requireSession();
    this.#session = undefined;
    for (const { producer } of this.published) producer.close();
    this.#events.emit('session-ended', this, session, reason);
    this.#events.emit('updated', this);
  }

  /** A viewer began (+1) or ceased (−1) to receive one of this agent's producers. */
  watchedBy(viewerId: string, change: 1 | -1): void {
    const before = this.#watching.size;
    const count = (this.#watching.get(viewerId) ?? 0) + change;
    if (count > 0) this.#watching.set(viewerId, count);
    else this.#watching.delete(viewerId);
    if (this.#watching.size !== before) this.#notifier.watched(this.#watching.size);
  }

  /** The agent has left: ends its session and its media. May be called again. */
  close(reason: DisconnectReason): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#session !== undefined) this.stopStreaming(reason);
    for (const transport of [...this.#transports.values()]) transport.close();
    this.#placement?.then(
      (placement) => placement.release(),
      () => undefined, // whoever asked for the placement has been told
    );
    this.#events.emit('disconnected', this, reason);
  }

  #requireSession(): Session {
    if (this.#session === undefined) {
      throw new ProtocolError('not-streaming', 'No session is open; send start-streaming first.');
    }
    return this.#session;
  }

  #refuseDuplicate({ trackId, source }: ProduceOrder): void {
    if (this.#published.size >= MAX_PRODUCERS) {
      throw new ProtocolError('limit-reached', `An agent has at most ${MAX_PRODUCERS} producers.`);
    }
    if (this.published.some((other) => other.trackId === trackId && other.source === source)) {
      throw new ProtocolError(
        'duplicate-producer',
        `Track ${trackId} has a ${source} producer; close it first.`,
      );
    }
  }

  /** The router this agent lives on; a new one after its worker died. */
  #place(): Promise<Placement> {
    if (this.#placement !== undefined) return this.#placement;
    const placing = this.#engine.placeAgent(this.companyId);
    this.#placement = placing;
    placing.then(
      (placement) => {
        placement.router.onClosed(() => this.#displaced(placing, placement));
      },
      () => {
        this.#placement = undefined;
      },
    );
    return placing;
  }

  #displaced(placing: Promise<Placement>, placement: Placement): void {
    placement.release();
    if (this.#placement !== placing) return;
    this.#placement = undefined;
    if (!this.#closed && this.#session !== undefined) this.#notifier.publishAgain();
  }
}
