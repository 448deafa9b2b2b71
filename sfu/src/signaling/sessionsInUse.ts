import type { Clock } from '@sightline/shared';
import type { Sessions } from '../identity/sessions.ts';
import type { SocketData } from './sockets.ts';

/** Far less than a session may be idle. */
const PERIOD_MS = 15 * 60_000;

/** Somebody watches an open dashboard, though it asks for nothing: keeps its session. Returns what ends that. */
export function keepSessionsInUse({
  viewers,
  sessions,
  clock,
}: {
  viewers: { readonly sockets: ReadonlyMap<string, { readonly data: SocketData }> };
  sessions: Pick<Sessions, 'keep'>;
  clock: Clock;
}): () => void {
  return clock.every(PERIOD_MS, () => {
    const open = new Set<string>();
    for (const { data } of viewers.sockets.values()) {
      if (data.signedIn !== undefined) open.add(data.signedIn.sessionHash);
    }
    if (open.size > 0) void sessions.keep([...open]);
  });
}
