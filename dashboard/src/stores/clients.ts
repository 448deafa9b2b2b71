import type { ClientView, TrackView } from '@sightline/shared';
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';

/** A display that can be watched, and whose it is. */
export interface WatchableTrack {
  client: ClientView;
  track: TrackView;
}

/** The name under which a client is shown; until it has come once, the one with which it enrolled. */
export const clientName = ({ userName, hostName, userId }: ClientView): string =>
  userName === '' ? userId : `${userName}@${hostName}`;

const byName = (a: ClientView, b: ClientView): number =>
  clientName(a).localeCompare(clientName(b)) || a.clientId.localeCompare(b.clientId);

/** Every client that this account may see, as the server tells it, offline ones too. */
export const useClientsStore = defineStore('clients', () => {
  const byId = shallowRef<ReadonlyMap<string, ClientView>>(new Map());
  /** Whether the server has told who is there. */
  const known = shallowRef(false);

  const clients = computed(() => [...byId.value.values()].sort(byName));
  const tracks = computed((): WatchableTrack[] =>
    clients.value.flatMap((client) => client.tracks.map((track) => ({ client, track }))),
  );
  const notStreaming = computed(() => clients.value.filter((client) => client.tracks.length === 0));
  const countIn = (state: ClientView['presence']['state']): number =>
    clients.value.filter(({ presence }) => presence.state === state).length;
  const onlineCount = computed(() => countIn('online'));
  const reconnectingCount = computed(() => countIn('reconnecting'));
  const streamingCount = computed(() => clients.value.length - notStreaming.value.length);
  const routerIds = computed(() => new Set(tracks.value.map(({ track }) => track.routerId)));

  function replaceAll(all: readonly ClientView[]): void {
    byId.value = new Map(all.map((client) => [client.clientId, client]));
    known.value = true;
  }

  function put(client: ClientView): void {
    byId.value = new Map([...byId.value, [client.clientId, client]]);
  }

  function remove(clientId: string): void {
    const rest = new Map(byId.value);
    rest.delete(clientId);
    byId.value = rest;
  }

  /** The session is over: its displays are gone, whatever comes next. */
  function endSession(clientId: string, sessionId: string): void {
    const client = byId.value.get(clientId);
    if (client?.session?.sessionId !== sessionId) return;
    const { session: _ended, ...rest } = client;
    put({ ...rest, tracks: [] });
  }

  return {
    byId,
    known,
    clients,
    tracks,
    notStreaming,
    onlineCount,
    reconnectingCount,
    streamingCount,
    routerIds,
    replaceAll,
    put,
    remove,
    endSession,
  };
});
