import { onScopeDispose, watch, type ShallowRef } from 'vue';
import type { StreamState } from './sharedConsumer.ts';

/** Plays a stream in a media element; between two streams the last picture of the old one stays. */
export function useMediaElement(
  media: Readonly<ShallowRef<HTMLMediaElement | null>>,
  stream: Readonly<ShallowRef<StreamState>>,
): void {
  let shown: HTMLMediaElement | undefined;
  watch(
    [media, stream],
    ([element, state]) => {
      if (element === null || state.status !== 'ready') return;
      element.srcObject = new MediaStream([state.consumer.track]);
      shown = element;
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    if (shown !== undefined) shown.srcObject = null;
  });
}
