import { ref, type Ref } from 'vue';
import { messageOf } from './messageOf.ts';

/** Something that a press of a button does, and how it goes. */
export interface Action<Args extends unknown[]> {
  busy: Readonly<Ref<boolean>>;
  /** What went wrong the last time, in words. */
  trouble: Ref<string | undefined>;
  /** Does it, unless it is being done already. Resolves with whether it was done. */
  run: (...args: Args) => Promise<boolean>;
}

/** Makes an {@link Action} of what can fail. */
export function useAction<Args extends unknown[]>(act: (...args: Args) => Promise<void>): Action<Args> {
  const busy = ref(false);
  const trouble = ref<string>();
  async function run(...args: Args): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    trouble.value = undefined;
    try {
      await act(...args);
      return true;
    } catch (error) {
      trouble.value = messageOf(error);
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, trouble, run };
}
