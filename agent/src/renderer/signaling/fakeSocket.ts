import type { AgentSocket } from './socket.ts';

/** A Socket.IO client socket without a network, for tests. */
export class FakeSocket implements AgentSocket {
  connected = false;
  active = false;
  /** How often somebody asked it to connect. */
  attempts = 0;
  /** Answers to requests by name; what has none is answered with success and nothing. */
  readonly answers = new Map<string, (payload: unknown) => unknown>();
  readonly sent: string[] = [];
  readonly payloads: unknown[] = [];
  readonly #listeners = new Map<string, (payload: unknown, number: unknown) => void>();

  on(event: string, listener: (payload: unknown, number: unknown) => void): void {
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

  timeout(): { emitWithAck(event: string, ...args: unknown[]): Promise<unknown> } {
    return {
      emitWithAck: async (event, payload) => {
        this.sent.push(event);
        this.payloads.push(payload);
        return this.answers.get(event)?.(payload) ?? { ok: true, data: {} };
      },
    };
  }

  /** An event comes in. */
  receive(event: string, payload?: unknown, number?: number): void {
    this.#listeners.get(event)?.(payload, number);
  }

  /** The connection opens. */
  open(): void {
    this.connected = true;
    this.receive('connect');
  }

  /** The connection breaks. */
  break(): void {
    this.connected = false;
    this.receive('disconnect', 'transport close');
  }
}
