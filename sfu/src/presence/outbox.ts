import type { agentMessages } from '@sightline/shared';
import type * as z from 'zod';
import type { PendingMessage } from '../db/presence.ts';
import type { PresenceWriter } from './presenceWriter.ts';

/** A message's name. */
export type MessageName = keyof typeof agentMessages;
/** What a message of this name carries. */
export type MessagePayload<Name extends MessageName> = z.output<(typeof agentMessages)[Name]>;

/** How many messages wait for an agent at most. */
export const OUTBOX_LIMIT = 256;

/** A backup may be older than the newest message by this many; an agent that says more is mistaken. */
const MAX_AHEAD = 1_000_000_000;

/** Sends a message down a connection; `payload` is JSON. */
export type Deliver = (message: Pick<PendingMessage, 'name' | 'number' | 'payload'>) => void;

/**
 * The messages to one device: numbered, on disk before they are sent, kept until the agent says that it has
 * handled them, sent again over its next connection.
 */
export class Outbox {
  readonly #deviceId: string;
  readonly #writer: PresenceWriter;
  #pending: PendingMessage[];
  #lastNumber: number;
  /** The newest message on disk; those after it are not sent yet. */
  #durableUpTo: number;
  /** The newest message of which the agent, or its leaving, has disposed. */
  #seenUpTo: number;
  #deliver: Deliver | undefined;

  /** @param kept what an earlier server left on disk */
  constructor(
    deviceId: string,
    writer: PresenceWriter,
    kept: { lastNumber: number; pending: readonly PendingMessage[] } = { lastNumber: 0, pending: [] },
  ) {
    this.#deviceId = deviceId;
    this.#writer = writer;
    this.#pending = [...kept.pending];
    // A message may be on disk although the row that counts it is not.
    this.#lastNumber = Math.max(kept.lastNumber, kept.pending.at(-1)?.number ?? 0);
    this.#durableUpTo = this.#lastNumber;
    this.#seenUpTo = (kept.pending[0]?.number ?? this.#lastNumber + 1) - 1;
  }

  /** The number of the newest message; 0 when there was none. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Numbers a message and sends it when it is on disk: now, or over the connection that then is there. */
  send<Name extends MessageName>(name: Name, payload: MessagePayload<Name>): void {
    this.#lastNumber += 1;
    const message: PendingMessage = {
      deviceId: this.#deviceId,
      number: this.#lastNumber,
      name,
      payload: JSON.stringify(payload),
    };
    this.#pending.push(message);
    const dropped = this.#pending.length > OUTBOX_LIMIT ? this.#pending.shift() : undefined;
    if (dropped !== undefined) this.#writer.dropMessages(this.#deviceId, dropped.number);
    this.#writer.addMessage(message, () => {
      this.#durableUpTo = message.number;
      this.#deliver?.(message);
    });
  }

  /**
   * Sends over this connection from now on, beginning with what the agent has not seen.
   *
   * @returns how many messages it will never see, for more waited than are kept
   */
  bind(lastSeen: number, deliver: Deliver): number {
    const isBehind = lastSeen > this.#lastNumber && lastSeen - this.#lastNumber <= MAX_AHEAD;
    const missed = isBehind ? this.#skipTo(lastSeen) : this.#missedAfter(lastSeen);
    this.#deliver = deliver;
    for (const message of this.#pending) if (message.number <= this.#durableUpTo) deliver(message);
    return missed;
  }

  /** The connection is gone: messages wait for the next one. */
  unbind(): void {
    this.#deliver = undefined;
  }

  /** The agent has handled all messages up to this one. */
  seen(upTo: number): void {
    const number = Math.min(upTo, this.#lastNumber);
    if (number <= this.#seenUpTo) return;
    this.#seenUpTo = number;
    this.#pending = this.#pending.filter((message) => message.number > number);
    this.#writer.dropMessages(this.#deviceId, number);
  }

  /** The client has left: what still waited for it has lost its meaning. */
  clear(): void {
    this.#deliver = undefined;
    this.seen(this.#lastNumber);
  }

  /** The database was put back: the agent takes all numbers up to this one for handled. */
  #skipTo(number: number): number {
    const missed = this.#pending.length;
    this.#lastNumber = number;
    this.seen(number);
    return missed;
  }

  #missedAfter(lastSeen: number): number {
    const known = lastSeen > 0 ? lastSeen : this.#seenUpTo;
    this.seen(lastSeen);
    return Math.max(0, (this.#pending[0]?.number ?? this.#lastNumber + 1) - 1 - known);
  }
}
