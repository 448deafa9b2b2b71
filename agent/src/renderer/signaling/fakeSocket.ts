import type { AgentSocket } from './socket.ts';

/** A Socket.IO client socket without a network, for tests. */
export class FakeSocket implements AgentSocket {
  connected = false;
  active = false;
  /** How often somebody asked it to connect. */
  attempts = 0;
  /** Answers to requests by name; what has none is answered with success and nothing. */
  readonly answers = new Map<string, () => unknown>();
  readonly sent: string[] = [];
  readonly #listeners = new Map<string, (payload: unknown) => void>();

  on(event: string, listener: (payload: unknown) => void): void {
    this.#listeners.set(event, listener);
  }

  connect(): void {
    this.active = true;
    this.attempts += 1;
  }

  disconnect(): void {
    const wasConnected = this.connected;
    this.active = false;
    this.connected = false;
    if (wasConnected) this.receive('disconnect', 'io client disconnect');
  }

  timeout(): { emitWithAck(event: string): Promise<unknown> } {
    return {
      emitWithAck: async (event) => {
        this.sent.push(event);
        return this.answers.get(event)?.() ?? { ok: true, data: {} };
      },
    };
  }

  /** An event comes in. */
  receive(event: string, payload?: unknown): void {
    this.#listeners.get(event)?.(payload);
  }

  /** The connection opens. */
  open(): void {
    this.connected = true;
    this.receive('connect');
  }

  /** The connection breaks; unless the server meant it, the socket goes on trying. */
  break(reason: 'transport close' | 'io server disconnect'): void {
    this.connected = false;
    this.active = reason === 'transport close';
    this.receive('disconnect', reason);
  }
}
