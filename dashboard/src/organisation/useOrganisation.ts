import type { Ref } from 'vue';
import { useApi } from '../api/api.ts';
import { useOrganisationStore } from '../stores/organisation.ts';
import { useRefreshed } from '../ui/useRefreshed.ts';

const REFRESH_MS = 60_000;

/** Keeps the names of companies and groups fresh while a page shows them. */
export function useOrganisation(): {
  organisation: ReturnType<typeof useOrganisationStore>;
  /** What hinders it, in words. */
  trouble: Ref<string | undefined>;
  refresh: () => Promise<void>;
} {
  const { organisation: api } = useApi();
  const organisation = useOrganisationStore();
  const { trouble, refresh } = useRefreshed(() => organisation.load(api), {
    periodMs: REFRESH_MS,
    wanted: () => true,
  });
  return { organisation, trouble, refresh };
}
