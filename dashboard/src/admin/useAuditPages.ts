import type { AuditEntry } from '@sightline/shared';
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import type { AuditApi, AuditFilter } from '../api/auditApi.ts';
import { messageOf } from '../ui/messageOf.ts';

const PAGE_SIZE = 100;

/** The part of the audit log that has been loaded. */
export interface AuditPages {
  /** The newest first; undefined until the first page is there. */
  entries: ShallowRef<readonly AuditEntry[] | undefined>;
  /** Whether there may be older ones. */
  mayHaveMore: Ref<boolean>;
  busy: Ref<boolean>;
  /** What went wrong, in words. */
  trouble: Ref<string | undefined>;
  loadMore: () => void;
}

/** Loads what the filter lets through, page by page; starts over when the filter changes. */
export function useAuditPages(api: Pick<AuditApi, 'page'>, filter: () => AuditFilter): AuditPages {
  const entries = shallowRef<readonly AuditEntry[]>();
  const mayHaveMore = ref(false);
  const busy = ref(false);
  const trouble = ref<string>();
  let generation = 0;

  async function load(known: readonly AuditEntry[]): Promise<void> {
    generation += 1;
    const own = generation;
    busy.value = true;
    trouble.value = undefined;
    try {
      const page = await api.page(filter(), PAGE_SIZE, known.at(-1)?.number);
      if (own !== generation) return;
      entries.value = [...known, ...page];
      mayHaveMore.value = page.length === PAGE_SIZE;
    } catch (error) {
      if (own === generation) trouble.value = messageOf(error);
    } finally {
      if (own === generation) busy.value = false;
    }
  }

  watch(filter, () => void load([]), { immediate: true });
  onScopeDispose(() => (generation += 1));
  return { entries, mayHaveMore, busy, trouble, loadMore: () => void load(entries.value ?? []) };
}
