import { useIntervalFn } from '@vueuse/core';
import { ref, type Ref } from 'vue';

/** Counts down, in whole seconds, until something may be tried again. */
export function useWait(): { leftSeconds: Readonly<Ref<number>>; waitFor: (delayMs: number) => void } {
  const leftSeconds = ref(0);
  const { pause, resume } = useIntervalFn(
    () => {
      leftSeconds.value -= 1;
      if (leftSeconds.value <= 0) pause();
    },
    1_000,
    { immediate: false },
  );
  return {
    leftSeconds,
    waitFor(delayMs) {
      leftSeconds.value = Math.ceil(delayMs / 1_000);
      if (leftSeconds.value > 0) resume();
    },
  };
}
