import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createReceptionMonitor } from './receptionMonitor.ts';
import { readCounters, receptionRate, type ReceptionRate } from './receptionRate.ts';

const counters = (atMs: number, framesDecoded: number, bytesReceived: number) => ({
  atMs,
  framesDecoded,
  bytesReceived,
});

describe('what arrives per second', () => {
  it('comes from two readings', () => {
    expect(receptionRate(counters(1_000, 10, 5_000), counters(3_000, 70, 55_000))).toEqual({
      fps: 30,
      bitrateBps: 200_000,
    });
  });

  it.each([
    ['no time passed', counters(1_000, 20, 9_000)],
    ['the counters were set back', counters(2_000, 5, 9_000)],
  ])('is unknown when %s', (_why, later) => {
    expect(receptionRate(counters(1_000, 10, 5_000), later)).toBeUndefined();
  });

  it('is read from received streams only, by their tracks', () => {
    const report = new Map<string, unknown>([
      ['a', { type: 'inbound-rtp', trackIdentifier: 't1', timestamp: 5, framesDecoded: 2, bytesReceived: 3 }],
      ['b', { type: 'outbound-rtp', trackIdentifier: 't2' }],
      ['c', { type: 'inbound-rtp', timestamp: 5 }],
      ['d', { type: 'inbound-rtp', trackIdentifier: 't3', timestamp: 6 }],
    ]);
    expect(readCounters(report)).toEqual(
      new Map([
        ['t1', counters(5, 2, 3)],
        ['t3', counters(6, 0, 0)],
      ]),
    );
  });
});

describe('the monitor', () => {
  it('asks each transport once a second for all who observe, and tells each of its own track', async () => {
    const clock = createManualClock();
    let polls = 0;
    const transport = {
      transportId: 't',
      rtpCapabilities: {},
      consume: () => Promise.reject(new Error('not here')),
      restartIce: async () => undefined,
      close: () => undefined,
      getStats: async () => {
        polls += 1;
        const stats = { type: 'inbound-rtp', timestamp: polls * 1_000, bytesReceived: polls * 1_000 };
        return new Map([
          ['x', { ...stats, trackIdentifier: 'one', framesDecoded: polls * 10 }],
          ['y', { ...stats, trackIdentifier: 'two', framesDecoded: polls * 20 }],
        ]);
      },
    };
    const monitor = createReceptionMonitor({
      transports: () => [transport],
      clock,
      onError: (error) => {
        throw error;
      },
    });
    const pass = async (): Promise<void> => {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    };
    await pass();
    expect(polls).toBe(0);

    const seen: Record<string, ReceptionRate> = {};
    const stop = monitor.observe('one', (rate) => (seen['one'] = rate));
    monitor.observe('two', (rate) => (seen['two'] = rate));
    await pass();
    expect(seen).toEqual({ one: { fps: 0, bitrateBps: 0 }, two: { fps: 0, bitrateBps: 0 } });
    await pass();
    expect(seen).toEqual({ one: { fps: 10, bitrateBps: 8_000 }, two: { fps: 20, bitrateBps: 8_000 } });
    expect(polls).toBe(2);

    stop();
    delete seen['one'];
    await pass();
    expect(Object.keys(seen)).toEqual(['two']);
    monitor.close();
    expect(clock.pending).toBe(0);
  });
});
