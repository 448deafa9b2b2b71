import type { TrackView } from '@sightline/shared';
import { computed, ref, type Ref, type ShallowRef } from 'vue';
import { audioAddressOf } from '../watch/address.ts';
import { useStream } from '../watch/useStream.ts';
import { useMediaElement } from '../watch/useMediaElement.ts';

/** The sound of a track, off until asked for. */
export function useSound(
  audio: Readonly<ShallowRef<HTMLMediaElement | null>>,
  track: () => TrackView | undefined,
): { available: Readonly<Ref<boolean>>; on: Ref<boolean> } {
  const on = ref(false);
  const address = computed(() => {
    const present = track();
    return present && audioAddressOf(present);
  });
  const stream = useStream(address, () => (on.value ? 'play' : 'none'));
  useMediaElement(audio, stream);
  return { available: computed(() => address.value !== undefined), on };
}
