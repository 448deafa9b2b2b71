import { systemClock, type ClientView, type NoticeHandlers, type viewerNotices } from '@sightline/shared';
import type { Pinia } from 'pinia';
import { watch } from 'vue';
import type { OrganisationApi } from '../api/organisationApi.ts';
import { createReceptionMonitor } from '../latency/receptionMonitor.ts';
import { createViewerSocket } from '../signaling/socket.ts';
import { measureClockOffset } from '../signaling/timeSync.ts';
import { createViewerConnection } from '../signaling/viewerConnection.ts';
import { useAlarmsStore } from '../stores/alarms.ts';
import { useClientsStore } from '../stores/clients.ts';
import { useConnectionStore } from '../stores/connection.ts';
import { useIdleAlertsStore } from '../stores/idleAlerts.ts';
import { useOrganisationStore } from '../stores/organisation.ts';
import { useStorageProblemsStore } from '../stores/storageProblems.ts';
import { createMediasoupEngine } from '../watch/mediasoupEngine.ts';
import { createWatcher } from '../watch/watcher.ts';
import type { Watching } from '../watch/watching.ts';

const TIME_SYNC_PERIOD_MS = 60_000;

/** What {@link createLive} works with. */
export interface LiveDeps {
  pinia: Pinia;
  organisation: OrganisationApi;
  /** The server does not know who uses this page (any more). */
  onUnauthorised: () => void;
  onError: (error: unknown) => void;
}

/** The live part of the page: what components watch with, and the connection that feeds it. */
export interface Live {
  watching: Watching;
  /** Connects, once somebody has signed in who may see live streams. */
  start(): void;
}

/** Connects the page to the server: signaling into the stores, media into the watcher. */
export function createLive({ pinia, organisation, onUnauthorised, onError }: LiveDeps): Live {
  const connectionStore = useConnectionStore(pinia);
  const clients = useClientsStore(pinia);
  const alarms = useAlarmsStore(pinia);
  const idleAlerts = useIdleAlertsStore(pinia);
  const storage = useStorageProblemsStore(pinia);
  const names = useOrganisationStore(pinia);
  const clock = systemClock;
  let loadingNames: Promise<void> | undefined;

  const notices: NoticeHandlers<typeof viewerNotices> = {
    'client-connected': ({ client }) => put(client),
    'client-updated': ({ client }) => put(client),
    'client-reconnecting': ({ client }) => put(client),
    'client-disconnected': ({ client }) => put(client),
    'client-removed': ({ clientId }) => clients.remove(clientId),
    'idle-alert': ({ alert }) => idleAlerts.take(alert),
    // The client's new state, tracks included, comes as `client-updated`.
    'start-streaming': () => undefined,
    'stop-streaming': ({ clientId, sessionId }) => clients.endSession(clientId, sessionId),
    'consumer-closed': ({ consumerId }) => watcher.consumerClosed(consumerId),
    'transport-closed': ({ transportId }) => watcher.transportClosed(transportId),
    'recording-alarm': (alarm) => alarms.raise(alarm),
    'storage-problems': (reported) => storage.take(reported),
  };
  const connection = createViewerConnection({
    socket: createViewerSocket(),
    clock,
    notices,
    onError,
    onState(state) {
      connectionStore.state = state;
      if (state.status === 'connected') begin().catch(onError);
      else watcher.disconnected();
      if (state.status === 'refused' && state.code === 'unauthorised') onUnauthorised();
    },
  });
  const watcher = createWatcher({
    request: connection.request,
    engine: createMediasoupEngine(),
    clock,
    onError,
  });
  const monitor = createReceptionMonitor({ transports: () => watcher.transports(), clock, onError });

  function put(client: ClientView): void {
    clients.put(client);
    if (client.idleSinceMs === null) idleAlerts.dismiss(client.clientId);
    if (names.isUnknown(client)) loadNames();
  }

  /** Loads what ids stand for; while it is loading, whoever else wants it waits for the same. */
  function loadNames(): void {
    loadingNames ??= names
      .load(organisation)
      .catch(onError)
      .finally(() => (loadingNames = undefined));
  }

  async function begin(): Promise<void> {
    const { clients: all } = await connection.request('watch-clients', {});
    clients.replaceAll(all);
    watcher.connected();
    loadNames();
    await syncTime();
  }

  async function syncTime(): Promise<void> {
    const offset = await measureClockOffset(connection.request, clock);
    if (offset !== undefined) connectionStore.clockOffsetMs = offset.offsetMs;
  }

  function start(): void {
    connectionStore.state = { status: 'connecting' };
    connection.open();
  }

  clock.every(TIME_SYNC_PERIOD_MS, () => {
    if (connectionStore.state.status === 'connected') syncTime().catch(onError);
  });
  watch(
    () => clients.routerIds,
    (routerIds) => watcher.warm(routerIds),
    { immediate: true },
  );
  return { watching: { watcher, monitor }, start };
}
