import { ProtocolError } from '@sightline/shared';
import type { MediaRouter, MediaTransport } from '../media/types.ts';

/** More of these per agent is a mistake, or an attack. */
const MAX_TRANSPORTS = 4;

/** The transports over which an agent publishes. */
export class AgentTransports {
  readonly #transports = new Map<string, MediaTransport>();
  /** Counts the times that all were closed: one that was being made meanwhile is closed too. */
  #generation = 0;

  /** @throws {ProtocolError} `limit-reached`, `not-connected` if all were closed meanwhile */
  async create(router: () => Promise<MediaRouter>): Promise<MediaTransport> {
    if (this.#transports.size >= MAX_TRANSPORTS) {
      throw new ProtocolError(
        'limit-reached',
        `An agent has at most ${MAX_TRANSPORTS} transports; reuse one.`,
      );
    }
    const generation = this.#generation;
    const transport = await (await router()).createTransport('publish');
    if (generation !== this.#generation) {
      transport.close();
      throw new ProtocolError('not-connected', 'The client has left, or logged in anew.');
    }
    this.#transports.set(transport.id, transport);
    transport.onClosed(() => this.#transports.delete(transport.id));
    return transport;
  }

  /** @throws {ProtocolError} `unknown-transport` */
  get(transportId: string): MediaTransport {
    const transport = this.#transports.get(transportId);
    if (transport === undefined) {
      throw new ProtocolError('unknown-transport', 'This agent has no such transport; create one first.');
    }
    return transport;
  }

  /** Closes those that are there, and those that are being made. */
  closeAll(): void {
    this.#generation += 1;
    for (const transport of [...this.#transports.values()]) transport.close();
  }
}
