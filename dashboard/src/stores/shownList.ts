import { ref, type Ref } from 'vue';

const MAX_SHOWN = 4;

/** The newest of something that somebody should see, until it is dismissed: one of each key, and not too many. */
export function useShownList<T>(keyOf: (item: T) => string): {
  items: Readonly<Ref<readonly T[]>>;
  /** Shows an item in place of an earlier one of the same key. */
  show: (item: T) => void;
  dismiss: (key: string) => void;
} {
  const items: Ref<readonly T[]> = ref([]);
  const without = (key: string): T[] => items.value.filter((other) => keyOf(other) !== key);
  return {
    items,
    show: (item) => void (items.value = [item, ...without(keyOf(item))].slice(0, MAX_SHOWN)),
    dismiss: (key) => void (items.value = without(key)),
  };
}
