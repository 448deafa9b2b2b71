import { beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { ProtocolError, type Ack } from './ack.ts';
import { serveRequests } from './serve.ts';

const table = {
  double: { request: z.object({ value: z.number() }), response: z.object({ value: z.number() }) },
  refuse: { request: z.object({}), response: z.object({}) },
  fail: { request: z.object({}), response: z.object({}) },
};

let send: (event: string, ...args: unknown[]) => void;
let refused: [event: string, code: string, cause: unknown][];
let admitted: boolean;

const ask = (event: string, payload: unknown): Promise<Ack<unknown>> =>
  new Promise((resolve) => send(event, payload, resolve));

beforeEach(() => {
  refused = [];
  admitted = true;
  serveRequests(
    { onAny: (listener) => (send = listener) },
    table,
    {
      double: ({ value }) => ({ value: value * 2 }),
      refuse: () => {
        throw new ProtocolError('limit-reached', 'No more.');
      },
      fail: () => Promise.reject(new Error('secret detail')),
    },
    {
      admit: () => admitted,
      notices: ['news'],
      onRefused: (event, code, cause) => refused.push([event, code, cause]),
    },
  );
});

describe('requests', () => {
  it('are parsed, handled and acknowledged', async () => {
    await expect(ask('double', { value: 21 })).resolves.toEqual({ ok: true, data: { value: 42 } });
    expect(refused).toEqual([]);
  });

  it.each([
    ['double', { value: 'x' }, 'bad-payload'],
    ['double', undefined, 'bad-payload'],
    ['refuse', {}, 'limit-reached'],
    ['nothing', {}, 'unknown-event'],
    ['constructor', {}, 'unknown-event'],
  ])('%s with %j is refused by %s', async (event, payload, code) => {
    await expect(ask(event, payload)).resolves.toMatchObject({ ok: false, error: { code } });
    expect(refused).toEqual([[event, code, undefined]]);
  });

  it('do not tell the caller what went wrong inside, but the log', async () => {
    const ack = await ask('fail', {});
    expect(ack).toMatchObject({ error: { code: 'internal' } });
    expect(JSON.stringify(ack)).not.toContain('secret');
    expect(refused).toEqual([['fail', 'internal', new Error('secret detail')]]);
  });

  it('are refused above the limit', async () => {
    admitted = false;
    await expect(ask('double', { value: 1 })).resolves.toMatchObject({ error: { code: 'rate-limited' } });
  });

  it('leave the notices of the same socket alone', () => {
    send('news', {}, () => {
      throw new Error('answered a notice');
    });
    expect(refused).toEqual([]);
  });

  it('without an acknowledgement are handled all the same', () => {
    expect(() => send('double', { value: 1 })).not.toThrow();
  });
});
