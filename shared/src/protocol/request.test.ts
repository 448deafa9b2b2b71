import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { createRequester, type AckEmitter } from './request.ts';

const table = {
  double: { request: z.object({ value: z.number() }), response: z.object({ value: z.number() }) },
};

function answering(answer: (event: string, payload: unknown) => unknown): AckEmitter {
  return { timeout: () => ({ emitWithAck: async (event, payload) => answer(event, payload) }) };
}

describe('a request', () => {
  it('resolves with the data of its acknowledgement', async () => {
    const seen: unknown[] = [];
    const socket = answering((...sent) => {
      seen.push(sent);
      return { ok: true, data: { value: 4 } };
    });
    await expect(createRequester(socket, table)('double', { value: 2 })).resolves.toEqual({ value: 4 });
    expect(seen).toEqual([['double', { value: 2 }]]);
  });

  it('throws the refusal with its code and message', async () => {
    const error = { code: 'limit-reached', message: 'Close something first.' };
    const request = createRequester(
      answering(() => ({ ok: false, error })),
      table,
    );
    await expect(request('double', { value: 2 })).rejects.toMatchObject(error);
  });

  it('throws "timeout" when no answer comes, and is not sent again', async () => {
    let sent = 0;
    const request = createRequester(
      answering(() => {
        sent += 1;
        throw new Error('operation has timed out');
      }),
      table,
      50,
    );
    await expect(request('double', { value: 2 })).rejects.toMatchObject({ code: 'timeout' });
    expect(sent).toBe(1);
  });

  it.each([
    undefined,
    null,
    'ok',
    {},
    { ok: true },
    { ok: true, data: { value: 'four' } },
    { ok: 'yes', data: { value: 4 } },
    { ok: false, error: { code: 'made-up', message: '' } },
    { ok: false },
  ])('throws "bad-payload" for the answer %j', async (answer) => {
    const request = createRequester(
      answering(() => answer),
      table,
    );
    await expect(request('double', { value: 2 })).rejects.toMatchObject({ code: 'bad-payload' });
  });
});
