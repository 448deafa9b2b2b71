import type * as z from 'zod';
import { ProtocolError, type Ack, type ErrorCode } from './ack.ts';
import type { RequestHandlers, RequestTable } from './tables.ts';

/** The part of a Socket.IO socket, of either side, that serving needs. */
export interface RequestSource {
  onAny(listener: (event: string, ...args: unknown[]) => void): unknown;
}

/** What serving a socket depends on beside its handlers. */
export interface ServeOptions {
  /** Grants or refuses one more request; all are granted when absent. */
  admit?: () => boolean;
  /** Names of one-way events that somebody else listens to on the same socket. */
  notices?: readonly string[];
  /** Every refusal. `cause` is there when the fault is ours: it belongs in the log, the caller does not see it. */
  onRefused: (event: string, code: ErrorCode, cause?: unknown) => void;
}

type Respond = (answer: Ack<unknown>) => void;

const isRespond = (value: unknown): value is Respond => typeof value === 'function';

const refuse = (code: ErrorCode, message: string): Ack<never> => ({ ok: false, error: { code, message } });

/**
 * Answers every request of a table on one socket: takes it off the limit, looks the event up, parses the
 * payload, calls the handler, acknowledges. Whatever goes wrong becomes an error acknowledgement, and so does an
 * event that is in no table.
 */
export function serveRequests<T extends RequestTable>(
  socket: RequestSource,
  table: T,
  handlers: RequestHandlers<T>,
  { admit, notices = [], onRefused }: ServeOptions,
): void {
  const handle = async <Name extends keyof T & string>(
    name: Name,
    payload: unknown,
  ): Promise<Ack<unknown>> => {
    const schema: T[Name] = table[name];
    const parsed = parse<T[Name]['request']>(schema.request, payload);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return refuse(
        'bad-payload',
        `"${name}": ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
      );
    }
    const handler: RequestHandlers<T>[Name] = handlers[name];
    return { ok: true, data: await handler(parsed.data) };
  };
  const answer = async (event: string, payload: unknown): Promise<Ack<unknown>> => {
    if (admit?.() === false) {
      return refuse('rate-limited', 'Too many requests from this connection; slow down.');
    }
    const name = eventOf(table, event);
    if (name === undefined) {
      return refuse('unknown-event', `"${event.slice(0, 64)}" is not an event of this namespace.`);
    }
    try {
      return await handle(name, payload);
    } catch (error) {
      if (error instanceof ProtocolError) return refuse(error.code, error.message);
      onRefused(event, 'internal', error);
      return refuse('internal', 'The request failed for a reason that is in the log of the service.');
    }
  };

  socket.onAny((event, ...args) => {
    if (notices.includes(event)) return;
    const respond = args.at(-1);
    void answer(event, args[0]).then((ack) => {
      if (!ack.ok && ack.error.code !== 'internal') onRefused(event, ack.error.code);
      if (isRespond(respond)) respond(ack);
    });
  });
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  payload: unknown,
): z.ZodSafeParseResult<z.output<Schema>> {
  return schema.safeParse(payload);
}

function eventOf<T extends RequestTable>(table: T, event: string): (keyof T & string) | undefined {
  return Object.hasOwn(table, event) ? event : undefined;
}
