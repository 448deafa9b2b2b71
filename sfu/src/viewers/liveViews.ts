import type { Clock } from '@sightline/shared';
import { accountActor } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { AgentClient } from '../clients/agentClient.ts';
import type { ClientDirectory } from '../clients/directory.ts';
import type { Watcher } from '../clients/events.ts';

/** A view that is interrupted for less than this, by scrolling or another focus, goes on. */
const INTERRUPTION_MS = 5_000;

interface LiveView {
  watcher: Watcher;
  client: AgentClient;
  fromMs: number;
  /** Since when it is interrupted. */
  toMs: number | undefined;
  cancelEnd: (() => void) | undefined;
}

/** Puts on record who watched whom, from when to when. */
export interface LiveViews {
  /** Ends all views, now or when they were interrupted. */
  close(): void;
}

/** Starts to follow the directory's watchers. Entries that cannot be written are logged by the audit log. */
export function createLiveViews(deps: {
  directory: ClientDirectory;
  audit: Pick<AuditLog, 'record'>;
  clock: Clock;
}): LiveViews {
  const { audit, clock, directory } = deps;
  const views = new Map<string, LiveView>();
  const keyOf = (client: AgentClient, watcher: Watcher): string => `${watcher.accountId} ${client.clientId}`;

  const record = (action: 'live-view-began' | 'live-view-ended', view: LiveView, toMs?: number): void => {
    const { client, watcher, fromMs } = view;
    const { deviceId, name: deviceName, userId } = client.device;
    audit
      .record({
        companyId: client.companyId,
        action,
        actor: accountActor(watcher),
        address: watcher.address,
        details: { deviceId, deviceName, userId, fromMs, ...(toMs === undefined ? {} : { toMs }) },
      })
      .catch(() => undefined); // the audit log has logged it
  };
  const end = (key: string, view: LiveView): void => {
    view.cancelEnd?.();
    views.delete(key);
    record('live-view-ended', view, view.toMs ?? clock.nowMs());
  };

  directory.events.on('watch-began', (client, watcher) => {
    const key = keyOf(client, watcher);
    const interrupted = views.get(key);
    if (interrupted !== undefined) {
      interrupted.cancelEnd?.();
      interrupted.client = client;
      interrupted.toMs = undefined;
      interrupted.cancelEnd = undefined;
      return;
    }
    const view: LiveView = {
      watcher,
      client,
      fromMs: clock.nowMs(),
      toMs: undefined,
      cancelEnd: undefined,
    };
    views.set(key, view);
    record('live-view-began', view);
  });
  directory.events.on('watch-ended', (client, watcher) => {
    const key = keyOf(client, watcher);
    const view = views.get(key);
    if (view === undefined) return;
    view.toMs = clock.nowMs();
    view.cancelEnd = clock.after(INTERRUPTION_MS, () => end(key, view));
  });

  return {
    close() {
      for (const [key, view] of views) end(key, view);
    },
  };
}
