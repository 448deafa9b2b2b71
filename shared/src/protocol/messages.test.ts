import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import * as z from 'zod';
import { listenToMessages } from './messages.ts';

const table = { moved: z.object({ toMs: z.number() }), left: z.object({}) };

interface Bench {
  receive(name: keyof typeof table, payload: unknown, number: unknown): void;
  handled: unknown[];
  bad: string[];
  seen: { last: number };
}

function createBench(): Bench {
  const listeners = new Map<string, (payload: unknown, number: unknown) => void>();
  const handled: unknown[] = [];
  const bad: string[] = [];
  const seen = {
    last: 0,
    advance(number: number) {
      seen.last = number;
    },
  };
  listenToMessages({ on: (event, listener) => listeners.set(event, listener) }, table, {
    handlers: { moved: ({ toMs }) => handled.push(toMs), left: () => handled.push('left') },
    seen,
    onBadMessage: ({ name }) => bad.push(name),
  });
  return { receive: (name, payload, number) => listeners.get(name)?.(payload, number), handled, bad, seen };
}

describe('listening to numbered messages', () => {
  it('handles each once, whatever comes again', () => {
    const { receive, handled, seen } = createBench();
    receive('moved', { toMs: 5 }, 1);
    receive('left', {}, 2);
    receive('moved', { toMs: 5 }, 1);
    receive('left', {}, 2);
    receive('moved', { toMs: 6 }, 3);
    expect(handled).toEqual([5, 'left', 6]);
    expect(seen.last).toBe(3);
  });

  it('reports what does not fit, and does not ask for it again', () => {
    const { receive, handled, bad, seen } = createBench();
    receive('moved', { toMs: 'soon' }, 1);
    expect(seen.last).toBe(1);
    expect(handled).toEqual([]);
    expect(bad).toEqual(['moved']);
  });

  it.each([undefined, '2', 0, -1, 1.5, Number.NaN])('takes %p for no number', (number) => {
    const { receive, handled, bad, seen } = createBench();
    receive('left', {}, number);
    expect([handled, bad, seen.last]).toEqual([[], ['left'], 0]);
  });

  it('handles all of them in order, once, however the connection breaks and whatever is confirmed', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ sent: fc.nat({ max: 5 }), arrived: fc.nat({ max: 12 }), confirmed: fc.boolean() }),
        ),
        (connections) => {
          const { receive, handled, seen } = createBench();
          let sent = 0;
          let confirmed = 0;
          const connectOnce = (arriving: number): void => {
            // The server begins with what nobody has confirmed; the connection breaks after some of it.
            for (let number = confirmed + 1; number <= Math.min(sent, confirmed + arriving); number += 1) {
              receive('moved', { toMs: number }, number);
            }
          };
          for (const connection of connections) {
            sent += connection.sent;
            connectOnce(connection.arrived);
            if (connection.confirmed) confirmed = seen.last;
          }
          connectOnce(sent);
          expect(handled).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
        },
      ),
    );
  });
});
