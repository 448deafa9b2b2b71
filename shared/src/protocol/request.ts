import type * as z from 'zod';
import { ProtocolError, protocolErrorBody } from './ack.ts';
import type { RequestOf, RequestTable, ResponseOf } from './tables.ts';

/** The part of a Socket.IO socket, of either side, that requests need. */
export interface AckEmitter {
  timeout(ms: number): { emitWithAck(event: string, ...args: unknown[]): Promise<unknown> };
}

/** Sends one request of the table and resolves with the data of its acknowledgement. */
export type Requester<T extends RequestTable> = <Name extends keyof T & string>(
  name: Name,
  payload: RequestOf<T, Name>,
) => Promise<ResponseOf<T, Name>>;

/**
 * Makes the typed way to send requests over a socket.
 *
 * @param timeoutMs how long an acknowledgement may take.
 * @throws {ProtocolError} the refusal of the other side; `timeout` when no answer came; `bad-payload` when
 * the answer does not fit the schema. Nothing is sent again: a request that was slow must not run twice.
 */
export function createRequester<T extends RequestTable>(
  socket: AckEmitter,
  table: T,
  timeoutMs = 10_000,
): Requester<T> {
  return async (name, payload) => {
    let answer: unknown;
    try {
      answer = await socket.timeout(timeoutMs).emitWithAck(name, payload);
    } catch {
      throw new ProtocolError('timeout', `No answer to "${name}" within ${timeoutMs} ms.`);
    }
    const schema: T[typeof name] = table[name];
    return readAck<T[typeof name]['response']>(name, schema.response, answer);
  };
}

function readAck<Schema extends z.ZodType>(
  name: string,
  response: Schema,
  answer: unknown,
): z.output<Schema> {
  if (typeof answer === 'object' && answer !== null && 'ok' in answer) {
    if (answer.ok === true && 'data' in answer) {
      const data = response.safeParse(answer.data);
      if (data.success) return data.data;
    } else if ('error' in answer) {
      const error = protocolErrorBody.safeParse(answer.error);
      if (error.success) throw new ProtocolError(error.data.code, error.data.message);
    }
  }
  throw new ProtocolError('bad-payload', `The answer to "${name}" is not of the protocol's shape.`);
}
