import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import fc from 'fast-check';
import type { PendingMessage, PresenceChanges } from '../db/presence.ts';
import { OUTBOX_LIMIT, Outbox } from './outbox.ts';
import { createPresenceWriter } from './presenceWriter.ts';

/** A disk, an outbox on it, and an agent that keeps what it has handled. */
function createBench() {
  const onDisk = new Map<number, PendingMessage>();
  let lastNumber = 0;
  let isBroken = false;
  const write = (changes: PresenceChanges): Promise<void> => {
    if (isBroken) return Promise.reject(new Error('disk full'));
    for (const message of changes.messages) onDisk.set(message.number, message);
    for (const { upTo } of changes.confirmed) {
      for (const number of [...onDisk.keys()]) if (number <= upTo) onDisk.delete(number);
    }
    lastNumber = Math.max(lastNumber, ...changes.messages.map(({ number }) => number));
    return Promise.resolve();
  };
  const start = () => {
    const clock = createManualClock();
    const writer = createPresenceWriter({
      repository: { write },
      clock,
      logger: createLogger('test', 'silent'),
    });
    const pending = [...onDisk.values()].toSorted((a, b) => a.number - b.number);
    return { clock, outbox: new Outbox('desk', writer, { lastNumber, pending }) };
  };
  let server = start();
  let lastSeen = 0;
  const handled: { number: number; viewers: unknown }[] = [];

  return {
    handled,
    onDisk,
    get clock() {
      return server.clock;
    },
    get outbox() {
      return server.outbox;
    },
    breakDisk(broken: boolean) {
      isBroken = broken;
    },
    send: (viewers: number) => server.outbox.send('watched', { viewers }),
    /** Comes back; drops what it has handled already, as agents do. @returns how many it missed */
    bind: () =>
      server.outbox.bind(lastSeen, ({ number, payload }) => {
        if (number <= lastSeen) return;
        lastSeen = number;
        const { viewers } = JSON.parse(payload) as { viewers: unknown };
        handled.push({ number, viewers });
      }),
    confirm: () => server.outbox.seen(lastSeen),
    async settle(ms = 10) {
      server.clock.advance(ms);
      for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
    },
    restart() {
      server = start();
    },
    /** The database is put back to how it was before any message. */
    putBack() {
      onDisk.clear();
      lastNumber = 0;
      server = start();
    },
  };
}

describe('the outbox', () => {
  it('numbers from one, and sends in order, once it is on disk', async () => {
    const bench = createBench();
    bench.bind();
    bench.send(1);
    bench.send(2);
    expect(bench.handled).toEqual([]);
    await bench.settle();
    expect(bench.handled).toEqual([
      { number: 1, viewers: 1 },
      { number: 2, viewers: 2 },
    ]);
    expect([...bench.onDisk.keys()]).toEqual([1, 2]);
  });

  it('forgets what the agent has handled, on disk too', async () => {
    const bench = createBench();
    bench.bind();
    bench.send(1);
    bench.send(2);
    await bench.settle();
    bench.outbox.seen(1);
    await bench.settle();
    expect([...bench.onDisk.keys()]).toEqual([2]);
  });

  it('keeps what comes while the agent is away, across a restart', async () => {
    const bench = createBench();
    bench.send(1);
    await bench.settle();
    bench.restart();
    bench.send(2);
    await bench.settle();
    expect(bench.bind()).toBe(0);
    expect(bench.handled.map(({ number }) => number)).toEqual([1, 2]);
  });

  it('goes on after what the agent has seen when the database was put back', async () => {
    const bench = createBench();
    bench.bind();
    for (const viewers of [1, 2, 3]) bench.send(viewers);
    await bench.settle();
    bench.putBack();
    bench.send(4);
    await bench.settle();
    // Number 1, which the agent takes for one that it has handled.
    expect(bench.bind()).toBe(1);
    bench.send(5);
    await bench.settle();
    expect(bench.handled.at(-1)).toEqual({ number: 4, viewers: 5 });
    expect([...bench.onDisk.keys()]).toEqual([4]);
  });

  it('does not believe an agent that has seen more than there can have been', async () => {
    const bench = createBench();
    bench.outbox.bind(Number.MAX_SAFE_INTEGER, () => undefined);
    bench.send(1);
    await bench.settle();
    expect(bench.outbox.lastNumber).toBe(1);
  });

  it('drops the oldest beyond its limit, and says how many', async () => {
    const bench = createBench();
    for (let viewers = 1; viewers <= OUTBOX_LIMIT + 3; viewers += 1) bench.send(viewers);
    await bench.settle();
    expect(bench.onDisk.size).toBe(OUTBOX_LIMIT);
    expect(bench.bind()).toBe(3);
    expect(bench.handled).toHaveLength(OUTBOX_LIMIT);
    expect(bench.handled[0]?.number).toBe(4);
  });

  it('sends nothing that is not on disk, and everything once the disk works again', async () => {
    const bench = createBench();
    bench.bind();
    bench.breakDisk(true);
    bench.send(1);
    await bench.settle();
    expect(bench.handled).toEqual([]);
    bench.breakDisk(false);
    bench.send(2);
    await bench.settle(1_000);
    expect(bench.handled.map(({ number }) => number)).toEqual([1, 2]);
  });

  it('believes no agent that has seen what was never sent', async () => {
    const bench = createBench();
    bench.outbox.seen(1_000);
    bench.send(1);
    await bench.settle();
    bench.bind();
    expect(bench.handled).toEqual([{ number: 1, viewers: 1 }]);
  });

  it('forgets what waited for a client that has left, and goes on counting', async () => {
    const bench = createBench();
    bench.send(1);
    bench.outbox.clear();
    bench.send(2);
    await bench.settle();
    expect(bench.bind()).toBe(0);
    expect(bench.handled).toEqual([{ number: 2, viewers: 2 }]);
  });

  it('loses nothing and repeats nothing, whatever is dropped, confirmed or restarted', async () => {
    const step = fc.constantFrom('send', 'send', 'settle', 'bind', 'drop', 'confirm', 'restart', 'break');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: OUTBOX_LIMIT }), async (steps) => {
        const bench = createBench();
        const durable: number[] = [];
        let unsure: number[] = [];
        let next = 0;
        for (const name of steps) {
          if (name === 'send') {
            next += 1;
            unsure.push(next);
            bench.send(next);
          }
          if (name === 'settle') {
            await bench.settle(1_000);
            durable.push(...unsure.splice(0));
          }
          if (name === 'bind') bench.bind();
          if (name === 'drop') bench.outbox.unbind();
          if (name === 'confirm') bench.confirm();
          if (name === 'restart') {
            // What was not on disk was never sent either: nobody has been promised it.
            bench.restart();
            unsure = [];
          }
          if (name === 'break') {
            bench.breakDisk(true);
            await bench.settle();
            bench.breakDisk(false);
          }
        }
        await bench.settle(1_000);
        durable.push(...unsure);
        expect(bench.bind()).toBe(0);
        expect(bench.handled.map(({ viewers }) => viewers)).toEqual(durable);
        const numbers = bench.handled.map(({ number }) => number);
        expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      }),
    );
  });
});
