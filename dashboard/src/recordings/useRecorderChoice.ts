import type { PlaybackGrants } from '@sightline/shared';
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue';

/** Asks for the addresses at which something is played: from the recorder that has most of it, unless one is named. */
export type AskForGrant = (recorderId?: string) => Promise<PlaybackGrants>;

/** Of which of several recorders something is played. */
export interface RecorderChoice {
  /** Asks for what is to be played now; another one when the choice changes. */
  grant: ComputedRef<(() => Promise<PlaybackGrants>) | undefined>;
  /** Whose media is played; undefined before it is granted. */
  recorderId: Readonly<Ref<string | undefined>>;
  /** What others have of it. */
  elsewhere: Readonly<Ref<PlaybackGrants['elsewhere']>>;
  /** Plays what this recorder has. */
  choose: (recorderId: string) => void;
}

/** Keeps in mind whose media is played, and what others have; begins anew when `ask` changes. */
export function useRecorderChoice(ask: () => AskForGrant | undefined): RecorderChoice {
  const chosen = ref<string>();
  const granted = shallowRef<PlaybackGrants>();
  const asking = computed(ask);

  watch(asking, () => (chosen.value = undefined), { flush: 'sync' });
  const grant = computed(() => {
    const askFor = asking.value;
    const wanted = chosen.value;
    if (askFor === undefined) return undefined;
    const askNow = async (): Promise<PlaybackGrants> => {
      const answer = await askFor(wanted);
      // The answer to what is not wanted any more may come late.
      if (grant.value === askNow) granted.value = answer;
      return answer;
    };
    return askNow;
  });
  watch(grant, () => (granted.value = undefined), { flush: 'sync' });

  return {
    grant,
    recorderId: computed(() => granted.value?.recorderId),
    elsewhere: computed(() => granted.value?.elsewhere ?? []),
    choose: (recorderId) => (chosen.value = recorderId),
  };
}
