import { TypedEmitter } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { isWithin, type Reach } from '../identity/authorise.ts';
import type { ClientEvents, PublishedProducer } from './events.ts';

/** What the clients that are there publish, and what happens to them. */
export class ClientDirectory {
  readonly events: TypedEmitter<ClientEvents>;
  readonly #producers = new Map<string, PublishedProducer>();

  constructor(logger: Logger) {
    this.events = new TypedEmitter<ClientEvents>((err, event) => {
      logger.error({ code: 'client-listener-failed', err, event }, 'a listener to client events threw');
    });
    this.events.on('producer-added', (published) => this.#producers.set(published.producer.id, published));
    this.events.on('producer-removed', ({ producer }) => this.#producers.delete(producer.id));
  }

  /** A producer within reach; undefined too if it is beyond. */
  producer(reach: Reach, producerId: string): PublishedProducer | undefined {
    const published = this.#producers.get(producerId);
    return published !== undefined && isWithin(reach, published.client) ? published : undefined;
  }
}
