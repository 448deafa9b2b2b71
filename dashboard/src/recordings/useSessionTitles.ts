import { shallowReactive, watch } from 'vue';
import { isRefusal } from '../api/apiError.ts';
import { useApi } from '../api/api.ts';
import { formatDateTime } from '../ui/format.ts';

/**
 * Tells whose sessions some ids stand for; each is asked for once.
 *
 * @returns the title of a session: whose, and from when.
 */
export function useSessionTitles(sessionIds: () => readonly string[]): (sessionId: string) => string {
  const { recordings: api } = useApi();
  const titles = shallowReactive(new Map<string, string>());

  async function find(sessionId: string): Promise<void> {
    titles.set(sessionId, 'A session');
    try {
      const { userName, hostName, startedAtMs } = await api.find(sessionId);
      titles.set(sessionId, `${userName}@${hostName}, ${formatDateTime(startedAtMs)}`);
    } catch (error) {
      // Without an answer it is asked for again with the next list; otherwise there is no such session any more.
      if (!isRefusal(error, 'unknown-session')) titles.delete(sessionId);
    }
  }
  watch(
    sessionIds,
    (ids) => {
      for (const sessionId of new Set(ids)) if (!titles.has(sessionId)) void find(sessionId);
    },
    { immediate: true },
  );
  return (sessionId) => titles.get(sessionId) ?? 'A session';
}
