import type * as z from 'zod';
import type { NoticeTable } from './tables.ts';

/** One handler per notice of a table; it gets the parsed payload. */
export type NoticeHandlers<T extends NoticeTable> = {
  [Name in keyof T]: (payload: z.output<T[Name]>) => void;
};

/** The part of a Socket.IO socket that notices need. */
export interface NoticeSource {
  on(event: string, listener: (payload: unknown) => void): unknown;
}

/**
 * Listens to every notice of the table. A payload that does not fit its schema reaches no handler, it goes
 * to `onBadNotice`.
 */
export function listenToNotices<T extends NoticeTable>(
  socket: NoticeSource,
  table: T,
  handlers: NoticeHandlers<T>,
  onBadNotice: (name: string, error: z.ZodError) => void,
): void {
  for (const name in table) {
    listen(socket, name, table[name], handlers[name], (error) => onBadNotice(name, error));
  }
}

function listen<Schema extends z.ZodType>(
  socket: NoticeSource,
  name: string,
  schema: Schema,
  handler: (payload: z.output<Schema>) => void,
  onBad: (error: z.ZodError) => void,
): void {
  socket.on(name, (payload) => {
    const parsed = schema.safeParse(payload);
    if (parsed.success) handler(parsed.data);
    else onBad(parsed.error);
  });
}
