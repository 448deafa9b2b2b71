import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import {
  createApp,
  effectScope,
  nextTick,
  ref,
  shallowRef,
  type EffectScope,
  type Ref,
  type ShallowRef,
} from 'vue';
import { createReceptionMonitor } from '../latency/receptionMonitor.ts';
import { createFakeMedia, type FakeMedia } from './fakes.ts';
import { useStream, type StreamDemand } from './useStream.ts';
import { createWatcher, type StreamAddress } from './watcher.ts';
import { watchingKey } from './watching.ts';

interface Setup {
  media: FakeMedia;
  address: ShallowRef<StreamAddress | undefined>;
  demand: Ref<StreamDemand>;
  mount: () => { scope: EffectScope; status: () => string | undefined };
}

function build(): Setup {
  const media = createFakeMedia();
  const clock = createManualClock();
  const onError = (error: unknown): never => {
    throw error;
  };
  const watcher = createWatcher({ ...media, clock, onError });
  watcher.connected();
  const app = createApp({});
  app.provide(watchingKey, {
    watcher,
    monitor: createReceptionMonitor({ transports: () => [], clock, onError }),
  });
  const address = shallowRef<StreamAddress | undefined>({ routerId: 'router', producerId: 'first' });
  const demand = ref<StreamDemand>('play');
  return {
    media,
    address,
    demand,
    mount() {
      const scope = effectScope();
      const state = app.runWithContext(() => scope.run(() => useStream(address, () => demand.value)));
      return { scope, status: () => state?.value.status };
    },
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a stream in a component', () => {
  it('is received with it and let go of with it', async () => {
    const { media, mount } = build();
    const { scope, status } = mount();
    await settle();
    expect([status(), [...media.atServer.values()]]).toEqual(['ready', [true]]);
    scope.stop();
    await settle();
    expect(media.atServer.size + media.inEngine.size).toBe(0);
  });

  it('leaves nothing behind, however quickly the component comes and goes', async () => {
    const { media, mount } = build();
    for (let round = 0; round < 20; round += 1) {
      const { scope } = mount();
      for (let microtask = 0; microtask < round; microtask += 1) await Promise.resolve();
      scope.stop();
    }
    await settle();
    expect(media.atServer.size + media.inEngine.size).toBe(0);
  });

  it('pauses, resumes and is given up as the demand says', async () => {
    const { media, demand, mount } = build();
    mount();
    await settle();
    const seen: unknown[] = [];
    for (const next of ['ready', 'play', 'none', 'play'] as const) {
      demand.value = next;
      await nextTick();
      await settle();
      seen.push([...media.atServer.values()]);
    }
    expect(seen).toEqual([[false], [true], [], [true]]);
  });

  it('is replaced when the agent has published again', async () => {
    const { media, address, mount } = build();
    const { status } = mount();
    await settle();
    address.value = undefined;
    await nextTick();
    expect(status()).toBe('waiting');
    address.value = { routerId: 'router', producerId: 'second' };
    await nextTick();
    await settle();
    expect(status()).toBe('ready');
    expect(media.log.filter((entry) => entry.startsWith('consume'))).toEqual([
      'consume first',
      'consume second',
    ]);
    expect([...media.atServer.values()]).toEqual([true]);
  });

  it('stays as it is when the server tells the same address anew', async () => {
    const { media, address, mount } = build();
    mount();
    await settle();
    media.log.length = 0;
    address.value = { routerId: 'router', producerId: 'first' };
    await nextTick();
    await settle();
    expect(media.log).toEqual([]);
  });
});
