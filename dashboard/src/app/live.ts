import { systemClock, type NoticeHandlers, type viewerNotices } from '@sightline/shared';
import type { Pinia } from 'pinia';
import { watch } from 'vue';
import { createReceptionMonitor } from '../latency/receptionMonitor.ts';
import { createViewerSocket } from '../signaling/socket.ts';
import { measureClockOffset } from '../signaling/timeSync.ts';
import { createViewerConnection } from '../signaling/viewerConnection.ts';
import { useAlarmsStore } from '../stores/alarms.ts';
import { useClientsStore } from '../stores/clients.ts';
import { useConnectionStore } from '../stores/connection.ts';
import { createMediasoupEngine } from '../watch/mediasoupEngine.ts';
import { createWatcher } from '../watch/watcher.ts';
import type { Watching } from '../watch/watching.ts';

const TIME_SYNC_PERIOD_MS = 60_000;

/** Connects the page to the server: signaling into the stores, media into the watcher. */
export function createLive(pinia: Pinia, onError: (error: unknown) => void): Watching {
  const connectionStore = useConnectionStore(pinia);
  const clients = useClientsStore(pinia);
  const alarms = useAlarmsStore(pinia);
  const clock = systemClock;

  const notices: NoticeHandlers<typeof viewerNotices> = {
    'client-connected': ({ client }) => clients.put(client),
    'client-updated': ({ client }) => clients.put(client),
    'client-disconnected': ({ clientId }) => clients.remove(clientId),
    // The client's new state, tracks included, comes as `client-updated`.
    'start-streaming': () => undefined,
    'stop-streaming': ({ clientId, sessionId }) => clients.endSession(clientId, sessionId),
    'consumer-closed': ({ consumerId }) => watcher.consumerClosed(consumerId),
    'transport-closed': ({ transportId }) => watcher.transportClosed(transportId),
    'recording-alarm': (alarm) => alarms.raise(alarm),
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
    },
  });
  const watcher = createWatcher({
    request: connection.request,
    engine: createMediasoupEngine(),
    clock,
    onError,
  });
  const monitor = createReceptionMonitor({ transports: () => watcher.transports(), clock, onError });

  async function begin(): Promise<void> {
    const { clients: all } = await connection.request('watch-clients', {});
    clients.replaceAll(all);
    watcher.connected();
    await syncTime();
  }

  async function syncTime(): Promise<void> {
    const offset = await measureClockOffset(connection.request, clock);
    if (offset !== undefined) connectionStore.clockOffsetMs = offset.offsetMs;
  }

  clock.every(TIME_SYNC_PERIOD_MS, () => {
    if (connectionStore.state.status === 'connected') syncTime().catch(onError);
  });
  watch(
    () => clients.routerIds,
    (routerIds) => watcher.warm(routerIds),
    { immediate: true },
  );
  connection.open();
  return { watcher, monitor };
}
