import type { Clock } from '@sightline/shared';
import { accountActor } from '../audit/actors.ts';
import type { AuditRecord } from '../audit/auditLog.ts';
import type { AgentClient } from '../clients/agentClient.ts';
import type { ClientDirectory } from '../clients/directory.ts';
import type { Watcher } from '../clients/events.ts';

/** A view that is interrupted for less than this, by scrolling or another focus, goes on. */
const INTERRUPTION_MS = 5_000;

interface LiveView {
  /** Resolves when its beginning is durable. */
  began: Promise<void>;
  watcher: Watcher;
  client: AgentClient;
  fromMs: number;
  /** Since when it is interrupted. */
  toMs: number | undefined;
  cancelEnd: (() => void) | undefined;
}

/** Puts on record who watched whom, from when to when. */
export interface LiveViews {
  /** Resolves when it is durable that the account's view of the client has begun. @throws what the database threw */
  onRecord(client: AgentClient, watcher: Watcher): Promise<void>;
  /** Ends all views, now or when they were interrupted. */
  close(): void;
}

/** Starts to follow the directory's watchers. Entries that cannot be written are logged by the audit log. */
export function createLiveViews(deps: {
  directory: ClientDirectory;
  audit: { record(entry: AuditRecord): Promise<unknown> };
  clock: Clock;
}): LiveViews {
  const { audit, clock, directory } = deps;
  const views = new Map<string, LiveView>();
  const keyOf = (client: AgentClient, watcher: Watcher): string => `${watcher.accountId} ${client.clientId}`;

  const record = async (
    action: 'live-view-began' | 'live-view-ended',
    view: Pick<LiveView, 'client' | 'watcher' | 'fromMs'>,
    toMs?: number,
  ): Promise<void> => {
    const { client, watcher, fromMs } = view;
    const { deviceId, name: deviceName, userId } = client.device;
    await audit.record({
      companyId: client.companyId,
      action,
      actor: accountActor(watcher),
      address: watcher.address,
      details: { deviceId, deviceName, userId, fromMs, ...(toMs === undefined ? {} : { toMs }) },
    });
  };
  const end = (key: string, view: LiveView): void => {
    view.cancelEnd?.();
    views.delete(key);
    record('live-view-ended', view, view.toMs ?? clock.nowMs()).catch(logged);
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
    const begun = { watcher, client, fromMs: clock.nowMs() };
    const view: LiveView = {
      ...begun,
      began: record('live-view-began', begun),
      toMs: undefined,
      cancelEnd: undefined,
    };
    views.set(key, view);
    view.began.catch(() => {
      // Nothing was shown: the next attempt is another view.
      view.cancelEnd?.();
      if (views.get(key) === view) views.delete(key);
    });
  });
  directory.events.on('watch-ended', (client, watcher) => {
    const key = keyOf(client, watcher);
    const view = views.get(key);
    if (view === undefined) return;
    view.toMs = clock.nowMs();
    view.cancelEnd = clock.after(INTERRUPTION_MS, () => end(key, view));
  });

  return {
    async onRecord(client, watcher) {
      const view = views.get(keyOf(client, watcher));
      if (view === undefined) throw new Error('A view was asked for that has not begun.');
      await view.began;
    },
    close() {
      for (const [key, view] of views) end(key, view);
    },
  };
}

/** The audit log has said so already. */
const logged = (): void => undefined;
