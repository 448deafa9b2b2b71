import { ProtocolError, type CloseReason, type Source } from '@sightline/shared';
import type { PublishedProducer } from './events.ts';

/** More of these per agent is a mistake, or an attack. */
const MAX_PRODUCERS = 32;

/** What an agent publishes. */
export class AgentProducers {
  readonly #published = new Map<string, PublishedProducer>();

  get all(): readonly PublishedProducer[] {
    return [...this.#published.values()];
  }

  /** Makes sure that there is room for another one. @throws {ProtocolError} `limit-reached`, `duplicate-producer` */
  refuseDuplicate({ trackId, source }: { trackId: string; source: Source }): void {
    if (this.#published.size >= MAX_PRODUCERS) {
      throw new ProtocolError('limit-reached', `An agent has at most ${MAX_PRODUCERS} producers.`);
    }
    if (this.all.some((other) => other.trackId === trackId && other.source === source)) {
      throw new ProtocolError(
        'duplicate-producer',
        `Track ${trackId} has a ${source} producer; close it first.`,
      );
    }
  }

  /** @param removed it has ended; without a reason, by our own decision */
  add(published: PublishedProducer, removed: (reason: CloseReason | undefined) => void): void {
    const { producer } = published;
    this.#published.set(producer.id, published);
    producer.onClosed((reason) => {
      this.#published.delete(producer.id);
      removed(reason);
    });
  }

  /** @throws {ProtocolError} `unknown-producer` */
  get(producerId: string): PublishedProducer {
    const published = this.#published.get(producerId);
    if (published === undefined) {
      throw new ProtocolError('unknown-producer', 'This agent has no such producer.');
    }
    return published;
  }

  closeAll(): void {
    for (const { producer } of this.all) producer.close();
  }
}
