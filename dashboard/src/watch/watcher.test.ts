import { describe, expect, it } from '@jest/globals';
import { createManualClock, type ManualClock } from '@sightline/shared/testing';
import fc from 'fast-check';
import { createFakeMedia, type FakeMedia } from './fakes.ts';
import type { StreamState } from './sharedConsumer.ts';
import { createWatcher, type Watcher } from './watcher.ts';

interface Setup {
  media: FakeMedia;
  clock: ManualClock;
  watcher: Watcher;
  errors: unknown[];
}

function build(): Setup {
  const media = createFakeMedia();
  const clock = createManualClock();
  const errors: unknown[] = [];
  const watcher = createWatcher({ ...media, clock, onError: (error) => errors.push(error) });
  watcher.connected();
  return { media, clock, watcher, errors };
}

/** Lets everything that waits for nothing but promises happen. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

const STREAM = { routerId: 'router', producerId: 'producer' };

/** A lease whose states are kept. */
function watch(watcher: Watcher, address = STREAM): { states: StreamState[] } & ReturnType<Watcher['lease']> {
  const states: StreamState[] = [];
  const lease = watcher.lease(address, (state) => states.push(state));
  return { states, setPlaying: (playing) => lease.setPlaying(playing), close: () => lease.close() };
}

const statuses = (held: { states: StreamState[] }): string[] => held.states.map(({ status }) => status);
const last = (held: { states: StreamState[] }): string | undefined => held.states.at(-1)?.status;

describe('watching a stream', () => {
  it('consumes paused, sets up, and only then lets media flow', async () => {
    const { media, watcher } = build();
    const held = watch(watcher);
    held.setPlaying(true);
    await settle();
    expect(media.log).toEqual([
      'get-router-capabilities',
      'create-transport',
      'consume producer',
      'resume-consumer consumer-2',
    ]);
    expect(statuses(held)).toEqual(['waiting', 'ready']);
  });

  it('shares one consumer among all leases, which flows while any of them plays', async () => {
    const { media, watcher } = build();
    const tile = watch(watcher);
    await settle();
    expect([...media.atServer.values()]).toEqual([false]);
    const focus = watch(watcher);
    expect(last(focus)).toBe('ready');
    media.log.length = 0;
    focus.setPlaying(true);
    await settle();
    expect(media.log).toEqual(['resume-consumer consumer-2']);
    focus.close();
    await settle();
    expect([...media.atServer.values()]).toEqual([false]);
    tile.close();
    await settle();
    expect(media.atServer.size + media.inEngine.size).toBe(0);
  });

  it('makes one transport per router, ahead of need', async () => {
    const { media, watcher } = build();
    watcher.warm(new Set(['router', 'other']));
    await settle();
    watch(watcher);
    watch(watcher, { routerId: 'other', producerId: 'second' });
    watch(watcher, { routerId: 'other', producerId: 'third' });
    await settle();
    expect(media.transports).toHaveLength(2);
    expect(watcher.transports()).toHaveLength(2);
  });

  it('ends with its producer, and does not ask for it again', async () => {
    const { media, watcher, clock } = build();
    const held = watch(watcher);
    await settle();
    watcher.consumerClosed('consumer-2');
    await settle();
    expect(last(held)).toBe('ended');
    expect(media.inEngine.size).toBe(0);
    media.log.length = 0;
    clock.advance(60_000);
    await settle();
    expect(media.log).toEqual([]);
  });

  it('ends when the producer was gone before it was consumed', async () => {
    const { media, watcher } = build();
    media.refuse('consume', 'unknown-producer');
    const held = watch(watcher);
    await settle();
    expect(last(held)).toBe('ended');
  });

  it('says when it cannot be played here', async () => {
    const { media, watcher } = build();
    media.refuse('consume', 'cannot-consume');
    const held = watch(watcher);
    await settle();
    expect(held.states.at(-1)).toEqual({ status: 'unplayable', message: 'Refused with cannot-consume.' });
  });

  it('is tried again after a failure, less and less often', async () => {
    const { media, watcher, clock, errors } = build();
    media.refuse('consume', 'internal');
    const held = watch(watcher);
    held.setPlaying(true);
    await settle();
    for (const delayMs of [500, 1_000, 2_000, 5_000, 5_000]) {
      const before = errors.length;
      clock.advance(delayMs - 1);
      await settle();
      expect(errors).toHaveLength(before);
      clock.advance(1);
      await settle();
      expect(errors).toHaveLength(before + 1);
    }
    media.refuse('consume', undefined);
    clock.advance(5_000);
    await settle();
    expect(last(held)).toBe('ready');
    expect([...media.atServer.values()]).toEqual([true]);
  });

  it('leaves no consumer at the server that the engine could not set up', async () => {
    const { media, watcher, clock } = build();
    media.breakEngine(true);
    const held = watch(watcher);
    await settle();
    expect(media.atServer.size).toBe(0);
    media.breakEngine(false);
    clock.advance(500);
    await settle();
    expect(last(held)).toBe('ready');
    expect(media.atServer.size).toBe(1);
  });
});

describe('when something is lost', () => {
  it('consumes anew when the server no longer has the consumer, without a fuss', async () => {
    const { media, watcher, clock, errors } = build();
    const held = watch(watcher);
    await settle();
    media.atServer.clear();
    held.setPlaying(true);
    await settle();
    clock.advance(500);
    await settle();
    expect([...media.atServer.values()]).toEqual([true]);
    expect([...media.inEngine]).toEqual([...media.atServer.keys()]);
    media.atServer.clear();
    held.close();
    await settle();
    expect(media.inEngine.size).toBe(0);
    expect(errors).toEqual([]);
  });

  it('comes back by itself on a new transport after the server closed the old one', async () => {
    const { media, watcher } = build();
    const held = watch(watcher);
    held.setPlaying(true);
    await settle();
    media.atServer.clear();
    watcher.transportClosed('transport-1');
    await settle();
    expect(statuses(held)).toEqual(['waiting', 'ready', 'waiting', 'ready']);
    expect([...media.atServer.values()]).toEqual([true]);
    expect(media.inEngine).toEqual(new Set(media.atServer.keys()));
    expect(media.transports).toHaveLength(2);
  });

  it('comes back by itself when signaling does', async () => {
    const { media, watcher, clock } = build();
    const held = watch(watcher);
    held.setPlaying(true);
    await settle();
    media.atServer.clear();
    watcher.disconnected();
    await settle();
    expect(last(held)).toBe('waiting');
    expect(media.inEngine.size).toBe(0);
    media.log.length = 0;
    clock.advance(60_000);
    await settle();
    expect(media.log).toEqual([]);
    watcher.connected();
    await settle();
    expect(last(held)).toBe('ready');
    expect([...media.atServer.values()]).toEqual([true]);
  });

  it('restarts ICE, and after three in vain makes the transport anew', async () => {
    const { media, watcher, clock } = build();
    const held = watch(watcher);
    await settle();
    media.log.length = 0;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      media.transports[0]?.onState('failed');
      clock.advance(2_000);
      await settle();
    }
    expect(media.log.filter((entry) => entry === 'restart-ice')).toHaveLength(3);
    expect(media.transports).toHaveLength(2);
    expect(last(held)).toBe('ready');
    expect(media.inEngine).toEqual(new Set(media.atServer.keys()));
  });

  it('counts ICE restarts anew once the transport was connected', async () => {
    const { media, watcher, clock } = build();
    watch(watcher);
    await settle();
    for (let attempt = 0; attempt < 6; attempt += 1) {
      media.transports[0]?.onState('disconnected');
      clock.advance(2_000);
      await settle();
      media.transports[0]?.onState('connected');
    }
    expect(media.transports).toHaveLength(1);
  });
});

describe('whatever comes, in whatever order', () => {
  type Act = (setup: Setup, leases: ReturnType<typeof watch>[]) => Promise<void> | void;
  const act = fc.constantFrom<[string, Act]>(
    ['open', ({ watcher }, leases) => void leases.push(watch(watcher))],
    ['close', (_setup, leases) => leases.shift()?.close()],
    ['play', (_setup, leases) => leases.at(-1)?.setPlaying(true)],
    ['pause', (_setup, leases) => leases.at(0)?.setPlaying(false)],
    ['microtask', () => Promise.resolve()],
    ['settle', () => settle()],
    ['time', ({ clock }) => clock.advance(700)],
    ['break', ({ media }) => media.breakEngine(true)],
    ['mend', ({ media }) => media.breakEngine(false)],
    [
      'transport closed',
      ({ media, watcher }) => {
        const [transport] = watcher.transports();
        if (transport === undefined) return;
        media.atServer.clear();
        watcher.transportClosed(transport.transportId);
      },
    ],
  );

  it('leaves nothing behind, and what is wanted in the end is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), fc.boolean(), async (acts, wanted) => {
        const setup = build();
        const { media, watcher, clock } = setup;
        const leases: ReturnType<typeof watch>[] = [];
        for (const [, perform] of acts) await perform(setup, leases);
        media.breakEngine(false);
        for (const lease of leases.splice(0)) lease.close();
        const kept = wanted ? watch(watcher) : undefined;
        kept?.setPlaying(true);
        for (let round = 0; round < 4; round += 1) {
          await settle();
          clock.advance(5_000);
        }
        await settle();
        expect([...media.atServer.values()]).toEqual(wanted ? [true] : []);
        expect([...media.inEngine]).toEqual([...media.atServer.keys()]);
        expect(kept === undefined ? 'ready' : last(kept)).toBe('ready');
      }),
      { numRuns: 300 },
    );
  });
});
