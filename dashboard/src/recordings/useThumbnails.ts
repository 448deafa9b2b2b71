import { watch, type Ref } from 'vue';
import { useRefreshed } from '../ui/useRefreshed.ts';
import type { GrantKeeper } from './grantKeeper.ts';
import { positionAt, type Fragment } from './mediaTimeline.ts';
import { parseThumbnails, thumbnailAt, type Thumbnail } from './thumbnails.ts';

const REFRESH_MS = 30_000;

/**
 * Loads the thumbnails of what is played, and those that come while it runs.
 *
 * @returns the thumbnail at a wall time, if there is one.
 */
export function useThumbnails(
  grant: Readonly<Ref<GrantKeeper | undefined>>,
  fragments: Readonly<Ref<readonly Fragment[]>>,
  running: Readonly<Ref<boolean>>,
): (wallMs: number) => Thumbnail | undefined {
  const { value: thumbnails, refresh } = useRefreshed(
    async () => {
      if (grant.value === undefined) return [];
      const url = grant.value.thumbnailsUrl;
      const response = await fetch(url);
      if (!response.ok) throw new Error(`The recorder answered ${response.status}.`);
      return parseThumbnails(await response.text(), url);
    },
    { periodMs: REFRESH_MS, wanted: (known) => running.value || known === undefined },
  );
  watch(grant, () => void refresh());

  return (wallMs) => {
    const [first] = fragments.value;
    const position = positionAt(fragments.value, wallMs);
    if (first === undefined || position === undefined) return undefined;
    const found = thumbnailAt(thumbnails.value ?? [], position - first.startSeconds);
    return found && { ...found, url: grant.value?.withNewestToken(found.url) ?? found.url };
  };
}
