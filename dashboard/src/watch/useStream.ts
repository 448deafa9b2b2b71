import { onScopeDispose, shallowRef, toValue, watch, type MaybeRefOrGetter, type ShallowRef } from 'vue';
import type { StreamLease, StreamState } from './sharedConsumer.ts';
import { useWatching } from './watching.ts';
import type { StreamAddress } from './watcher.ts';

/** What to do with a stream: nothing, have it ready without media, or let it flow. */
export type StreamDemand = 'none' | 'ready' | 'play';

/**
 * Receives the stream at `address` as far as `demand` says, and lets go of it with the component's scope.
 * When the address changes (the agent published again) the new stream takes the place of the old one.
 */
export function useStream(
  address: MaybeRefOrGetter<StreamAddress | undefined>,
  demand: MaybeRefOrGetter<StreamDemand>,
): Readonly<ShallowRef<StreamState>> {
  const { watcher } = useWatching();
  const state = shallowRef<StreamState>({ status: 'waiting' });
  let lease: StreamLease | undefined;

  const letGo = (): void => {
    lease?.close();
    lease = undefined;
    state.value = { status: 'waiting' };
  };
  watch(
    [
      () => toValue(address)?.routerId,
      () => toValue(address)?.producerId,
      () => toValue(demand) !== 'none',
    ] as const,
    ([routerId, producerId, wanted]) => {
      letGo();
      if (!wanted || routerId === undefined || producerId === undefined) return;
      lease = watcher.lease({ routerId, producerId }, (next) => (state.value = next));
      lease.setPlaying(toValue(demand) === 'play');
    },
    { immediate: true },
  );
  watch(
    () => toValue(demand) === 'play',
    (playing) => lease?.setPlaying(playing),
  );
  onScopeDispose(letGo);
  return state;
}
