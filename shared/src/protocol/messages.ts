import * as z from 'zod';
import type { NoticeTable } from './tables.ts';

/** One handler per numbered message of a table; it gets the parsed payload. */
export type MessageHandlers<T extends NoticeTable> = {
  [Name in keyof T]: (payload: z.output<T[Name]>) => void;
};

/** The part of a Socket.IO socket that numbered messages need. */
export interface MessageSource {
  on(event: string, listener: (payload: unknown, number: unknown) => void): unknown;
}

/** The number of the last message that has been handled, wherever it is kept; 0 when there was none. */
export interface SeenMessages {
  readonly last: number;
  /** All messages up to `number` have been handled. */
  advance(number: number): void;
}

/** Why a message reached no handler. */
export interface BadMessage {
  name: string;
  error: z.ZodError;
}

const messageNumber = z.int().positive();

/**
 * Listens to every numbered message of the table, and hands each to its handler once: what comes again, as it does
 * after every lost connection, is dropped. Numbers ascend; where messages were too many to be kept, some are left out.
 * A payload that does not fit its schema reaches no handler, it goes to `onBadMessage` and counts as seen, so that it
 * is not sent for ever; without a number nothing counts.
 */
export function listenToMessages<T extends NoticeTable>(
  socket: MessageSource,
  table: T,
  options: {
    handlers: MessageHandlers<T>;
    seen: SeenMessages;
    onBadMessage: (bad: BadMessage) => void;
  },
): void {
  const { handlers, seen } = options;
  for (const name in table) {
    listen(socket, name, table[name], {
      seen,
      handle: handlers[name],
      onBad: (error) => options.onBadMessage({ name, error }),
    });
  }
}

function listen<Schema extends z.ZodType>(
  socket: MessageSource,
  name: string,
  schema: Schema,
  {
    seen,
    handle,
    onBad,
  }: {
    seen: SeenMessages;
    handle: (payload: z.output<Schema>) => void;
    onBad: (error: z.ZodError) => void;
  },
): void {
  socket.on(name, (payload, number) => {
    const numbered = messageNumber.safeParse(number);
    if (!numbered.success) {
      onBad(numbered.error);
      return;
    }
    if (numbered.data <= seen.last) return;
    const parsed = schema.safeParse(payload);
    if (parsed.success) handle(parsed.data);
    else onBad(parsed.error);
    seen.advance(numbered.data);
  });
}
