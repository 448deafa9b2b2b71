import { useDocumentVisibility, useIntervalFn } from '@vueuse/core';
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { messageOf } from './messageOf.ts';

/** What was loaded last, and what hinders the next. */
export interface Refreshed<T> {
  value: ShallowRef<T | undefined>;
  /** In words; undefined when the last load succeeded. */
  trouble: Ref<string | undefined>;
  /** Loads anew at once. */
  refresh: () => Promise<void>;
}

/**
 * Loads a value now and every `periodMs` while the page is visible and `wanted` says so. An older answer never
 * replaces a newer one.
 */
export function useRefreshed<T>(
  load: () => Promise<T>,
  options: { periodMs: number; wanted: (value: T | undefined) => boolean },
): Refreshed<T> {
  const value = shallowRef<T>();
  const trouble = ref<string>();
  const visibility = useDocumentVisibility();
  let generation = 0;

  async function refresh(): Promise<void> {
    generation += 1;
    const own = generation;
    try {
      const loaded = await load();
      if (own !== generation) return;
      value.value = loaded;
      trouble.value = undefined;
    } catch (error) {
      if (own === generation) trouble.value = messageOf(error);
    }
  }

  useIntervalFn(() => {
    if (visibility.value === 'visible' && options.wanted(value.value)) void refresh();
  }, options.periodMs);
  watch(visibility, (now) => {
    if (now === 'visible') void refresh();
  });
  void refresh();
  onScopeDispose(() => (generation += 1));
  return { value, trouble, refresh };
}
