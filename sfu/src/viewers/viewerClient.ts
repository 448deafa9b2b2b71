import { ProtocolError, type CloseReason, type RtpCapabilities } from '@sightline/shared';
import type { ClientDirectory } from '../clients/directory.ts';
import type { PublishedProducer, Watcher } from '../clients/events.ts';
import { isWithin, type Reach } from '../identity/authorise.ts';
import type { MediaConsumer, MediaEngine, MediaRouter, MediaTransport } from '../media/types.ts';
import type { LiveViews } from './liveViews.ts';

/** More of these per viewer is a mistake, or an attack. */
const MAX_TRANSPORTS = 64;
const MAX_CONSUMERS = 1_000;

interface Watched {
  consumer: MediaConsumer;
  published: PublishedProducer;
  playing: boolean;
}

/** What a viewer is told, beside the answers to its requests. */
export interface ViewerNotifier {
  consumerClosed(consumerId: string, reason: CloseReason): void;
  transportClosed(transportId: string, reason: CloseReason): void;
}

/** A connected dashboard: its receive transports, and what it watches of what lies within its reach. */
export class ViewerClient {
  readonly #watcher: Watcher;
  readonly #reach: Reach;
  readonly #engine: MediaEngine;
  readonly #directory: ClientDirectory;
  readonly #viewOnRecord: LiveViews['onRecord'];
  readonly #notifier: ViewerNotifier;
  readonly #transports = new Map<string, { transport: MediaTransport; routerId: string }>();
  readonly #watched = new Map<string, Watched>();
  #closed = false;

  constructor(
    viewer: { watcher: Watcher; reach: Reach },
    deps: {
      engine: MediaEngine;
      directory: ClientDirectory;
      viewOnRecord: LiveViews['onRecord'];
      notifier: ViewerNotifier;
    },
  ) {
    this.#watcher = viewer.watcher;
    this.#reach = viewer.reach;
    this.#engine = deps.engine;
    this.#directory = deps.directory;
    this.#viewOnRecord = deps.viewOnRecord;
    this.#notifier = deps.notifier;
  }

  /** @throws {ProtocolError} `unknown-router`, also for one of a company that is beyond reach */
  routerCapabilities(routerId: string): RtpCapabilities {
    return this.#router(routerId).capabilities;
  }

  /** @throws {ProtocolError} */
  async createTransport(routerId: string): Promise<MediaTransport> {
    if (this.#transports.size >= MAX_TRANSPORTS) {
      throw new ProtocolError(
        'limit-reached',
        `A viewer has at most ${MAX_TRANSPORTS} transports; reuse one.`,
      );
    }
    const transport = await this.#router(routerId).createTransport('watch');
    if (this.#closed) {
      transport.close();
      throw new ProtocolError('not-connected', 'The viewer has left.');
    }
    this.#transports.set(transport.id, { transport, routerId });
    transport.onClosed((reason) => {
      this.#transports.delete(transport.id);
      if (reason !== undefined && !this.#closed) this.#notifier.transportClosed(transport.id, reason);
    });
    return transport;
  }

  /** @throws {ProtocolError} `unknown-transport` */
  transport(transportId: string): MediaTransport {
    return this.#ownTransport(transportId).transport;
  }

  /** Consumes a producer, paused; one that is beyond reach does not exist. @throws {ProtocolError} */
  async consume(order: {
    transportId: string;
    producerId: string;
    rtpCapabilities: RtpCapabilities;
  }): Promise<MediaConsumer> {
    if (this.#watched.size >= MAX_CONSUMERS) {
      throw new ProtocolError(
        'limit-reached',
        `A viewer has at most ${MAX_CONSUMERS} consumers; close some.`,
      );
    }
    const { transport, routerId } = this.#ownTransport(order.transportId);
    const published = this.#directory.producer(this.#reach, order.producerId);
    if (published === undefined) throw unknownProducer();
    if (published.router.id !== routerId) {
      throw new ProtocolError(
        'cannot-consume',
        'That producer lives on another router; use a transport of that one.',
      );
    }
    const consumer = await transport.consume(order);
    if (this.#closed) {
      consumer.close();
      throw new ProtocolError('not-connected', 'The viewer has left.');
    }
    // Meanwhile its device may have been put into another group.
    if (!isWithin(this.#reach, published.client)) {
      consumer.close();
      throw unknownProducer();
    }
    const watched: Watched = { consumer, published, playing: false };
    this.#watched.set(consumer.id, watched);
    consumer.onClosed((reason) => {
      this.#watched.delete(consumer.id);
      this.#setPlaying(watched, false);
      if (reason !== undefined && !this.#closed) this.#notifier.consumerClosed(consumer.id, reason);
    });
    return consumer;
  }

  /** @throws {ProtocolError} `unknown-consumer`, or what the database threw: no view goes unrecorded */
  async resumeConsumer(consumerId: string): Promise<void> {
    const watched = this.#ownConsumer(consumerId);
    // The watched person is told, and it is on record, before the first frame goes out.
    this.#setPlaying(watched, true);
    try {
      await this.#viewOnRecord(watched.published.client, this.#watcher);
    } catch (error) {
      this.#setPlaying(watched, false);
      throw error;
    }
    // It may have been paused or closed meanwhile.
    if (watched.playing) await watched.consumer.resume();
  }

  /** @throws {ProtocolError} `unknown-consumer` */
  async pauseConsumer(consumerId: string): Promise<void> {
    const watched = this.#ownConsumer(consumerId);
    await watched.consumer.pause();
    this.#setPlaying(watched, false);
  }

  /** @throws {ProtocolError} `unknown-consumer` */
  closeConsumer(consumerId: string): void {
    this.#ownConsumer(consumerId).consumer.close();
  }

  /** A client may have moved out of reach: what is watched of it closes. */
  dropUnreachable(): void {
    for (const { consumer, published } of [...this.#watched.values()]) {
      if (isWithin(this.#reach, published.client)) continue;
      consumer.close();
      this.#notifier.consumerClosed(consumer.id, 'producer-closed');
    }
  }

  /** The viewer has left. May be called again. */
  close(): void {
    this.#closed = true;
    for (const { consumer } of [...this.#watched.values()]) consumer.close();
    for (const { transport } of [...this.#transports.values()]) transport.close();
  }

  #setPlaying(watched: Watched, playing: boolean): void {
    if (watched.playing === playing) return;
    watched.playing = playing;
    watched.published.client.watchedBy(this.#watcher, playing ? 1 : -1);
  }

  #router(routerId: string): MediaRouter {
    const router = this.#engine.router(routerId);
    const { companies, everywhere } = this.#reach;
    if (router === undefined || !(everywhere || companies.has(router.companyId))) {
      throw new ProtocolError(
        'unknown-router',
        'There is no such router; take routerId from a client’s track.',
      );
    }
    return router;
  }

  #ownTransport(transportId: string): { transport: MediaTransport; routerId: string } {
    const own = this.#transports.get(transportId);
    if (own === undefined) {
      throw new ProtocolError('unknown-transport', 'This viewer has no such transport; create one first.');
    }
    return own;
  }

  #ownConsumer(consumerId: string): Watched {
    const watched = this.#watched.get(consumerId);
    if (watched === undefined) {
      throw new ProtocolError(
        'unknown-consumer',
        'This viewer has no such consumer; it may just have ended.',
      );
    }
    return watched;
  }
}

/** Said alike of producers that do not exist and of those that are beyond reach. */
const unknownProducer = (): ProtocolError =>
  new ProtocolError('unknown-producer', 'There is no such producer; it may just have ended.');
