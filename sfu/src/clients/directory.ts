import { TypedEmitter } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { AgentClient } from './agentClient.ts';
import type { ClientEvents, PublishedProducer } from './events.ts';

/** Who is connected, and what they publish. */
export class ClientDirectory {
  readonly events: TypedEmitter<ClientEvents>;
  readonly #clients = new Map<string, AgentClient>();
  readonly #producers = new Map<string, PublishedProducer>();

  constructor(logger: Logger) {
    this.events = new TypedEmitter<ClientEvents>((err, event) => {
      logger.error({ code: 'client-listener-failed', err, event }, 'a listener to client events threw');
    });
    this.events.on('connected', (client) => this.#clients.set(client.clientId, client));
    this.events.on('disconnected', (client) => this.#clients.delete(client.clientId));
    this.events.on('producer-added', (published) => this.#producers.set(published.producer.id, published));
    this.events.on('producer-removed', ({ producer }) => this.#producers.delete(producer.id));
  }

  /** The clients of a company, in the order in which they connected. */
  ofCompany(companyId: string): AgentClient[] {
    return [...this.#clients.values()].filter((client) => client.companyId === companyId);
  }

  /** Every client of every company. */
  all(): AgentClient[] {
    return [...this.#clients.values()];
  }

  /** A producer of the company; undefined too if it is another's. */
  producer(companyId: string, producerId: string): PublishedProducer | undefined {
    const published = this.#producers.get(producerId);
    return published?.client.companyId === companyId ? published : undefined;
  }
}
