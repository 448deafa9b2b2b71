import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  createRequester,
  serveRequests,
  type AckEmitter,
  type Requester,
  type RequestHandlers,
  type RequestTable,
} from '@sightline/shared';
import * as z from 'zod';
import type { Closable } from './cleanup.ts';

const order = z.object({ number: z.int(), name: z.string(), payload: z.unknown() });
const answer = z.object({ number: z.int(), ack: z.unknown() });

/** A process that can be asked, so that its load does not delay what another one measures. */
export interface Child<T extends RequestTable> extends Closable {
  readonly request: Requester<T>;
}

/** Starts `file`, which has to call {@link serveParent} with the same table. */
export async function startChild<T extends RequestTable>(file: string, table: T): Promise<Child<T>> {
  const child = fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' });
  await once(child, 'spawn');
  return {
    request: createRequester(emitterOf(child), table),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Answers the requests of the process that started this one. */
export function serveParent<T extends RequestTable>(table: T, handlers: RequestHandlers<T>): void {
  const reply = (number: number, ack: unknown): void => {
    process.send?.({ number, ack });
  };
  serveRequests(
    {
      onAny(listener) {
        process.on('message', (message) => {
          const { number, name, payload } = order.parse(message);
          listener(name, payload, (ack: unknown) => reply(number, ack));
        });
      },
    },
    table,
    handlers,
    {
      onRefused: (name, code, cause) => {
        process.stderr.write(`${name}: ${code} ${cause instanceof Error ? cause.stack : ''}\n`);
      },
    },
  );
  process.once('disconnect', () => process.exit());
}

function emitterOf(child: ChildProcess): AckEmitter {
  const waiting = new Map<number, (ack: unknown) => void>();
  let last = 0;
  const refuse = (number: number, message: string): void => {
    waiting.get(number)?.({ ok: false, error: { code: 'internal', message } });
    waiting.delete(number);
  };
  child.on('message', (message) => {
    const { number, ack } = answer.parse(message);
    waiting.get(number)?.(ack);
    waiting.delete(number);
  });
  child.once('exit', (code, signal) => {
    for (const number of waiting.keys())
      refuse(number, `A process of the test ended with ${signal ?? code}.`);
  });
  return {
    timeout: () => ({
      emitWithAck: (name, payload) =>
        new Promise((resolve) => {
          const number = ++last;
          waiting.set(number, resolve);
          child.send({ number, name, payload }, (error) => {
            if (error !== null) refuse(number, `A process of the test cannot be asked: ${error.message}`);
          });
        }),
    }),
  };
}
