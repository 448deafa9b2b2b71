import { ProtocolError, type Ack, type RequestHandlers, type RequestTable } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Socket } from 'socket.io';
import type * as z from 'zod';
import type { Limiter } from './tokenBucket.ts';

type Respond = (answer: Ack<unknown>) => void;

const isRespond = (value: unknown): value is Respond => typeof value === 'function';

/**
 * Answers every request of a table on one socket: looks the event up, takes it off the rate limit, parses
 * the payload, calls the handler, acknowledges. Whatever goes wrong becomes an error acknowledgement.
 */
export function serveRequests<T extends RequestTable>(
  socket: Socket,
  table: T,
  handlers: RequestHandlers<T>,
  deps: { limiter: Limiter; logger: Logger },
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
    if (!deps.limiter()) {
      return refuse('rate-limited', 'Too many requests from this connection; slow down.');
    }
    const name = eventOf(table, event);
    if (name === undefined) {
      return refuse('unknown-event', `"${event.slice(0, 64)}" is not an event of this namespace.`);
    }
    return handle(name, payload);
  };

  socket.onAny((event: string, ...args: unknown[]) => {
    const respond = args.at(-1);
    const payload = args[0];
    answer(event, payload)
      .catch((error: unknown) => toRefusal(error, event, deps.logger))
      .then((ack) => {
        if (!ack.ok) deps.logger.debug({ event, code: ack.error.code }, 'request refused');
        if (isRespond(respond)) respond(ack);
      })
      .catch((error: unknown) => {
        deps.logger.error({ err: error, event, code: 'ack-failed' }, 'an acknowledgement could not be sent');
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

function refuse(code: ProtocolError['code'], message: string): Ack<never> {
  return { ok: false, error: { code, message } };
}

function toRefusal(error: unknown, event: string, logger: Logger): Ack<never> {
  if (error instanceof ProtocolError) return refuse(error.code, error.message);
  logger.error({ err: error, event, code: 'internal' }, 'a request handler failed');
  return refuse('internal', 'The server failed at this request; its log says why.');
}
