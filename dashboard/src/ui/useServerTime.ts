import { systemClock } from '@sightline/shared';
import { createSharedComposable, useIntervalFn } from '@vueuse/core';
import { ref, type Ref } from 'vue';
import { useConnectionStore } from '../stores/connection.ts';

/** The server's wall time as far as it has been measured: read now, and as a value that moves each second. */
export const useServerTime = createSharedComposable(
  (): { nowMs: () => number; current: Readonly<Ref<number>> } => {
    const connection = useConnectionStore();
    const nowMs = (): number => systemClock.nowMs() + (connection.clockOffsetMs ?? 0);
    const current = ref(nowMs());
    useIntervalFn(() => (current.value = nowMs()), 1_000);
    return { nowMs, current };
  },
);
