import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClientView } from '@sightline/shared';
import { createPinia, setActivePinia } from 'pinia';
import { matchesSearch } from '../wall/search.ts';
import { useAlarmsStore } from './alarms.ts';
import { useClientsStore } from './clients.ts';

const client = (clientId: string, userName: string, streaming: boolean): ClientView => ({
  clientId,
  companyId: 'default',
  userId: `${userName}@ws`,
  userName,
  hostName: 'ws',
  os: 'Debian 12',
  connectedAtMs: 0,
  ...(streaming && { session: { sessionId: `s-${clientId}`, startedAtMs: 0 } }),
  tracks: streaming
    ? [
        {
          trackId: 'display-1',
          label: 'Display 1',
          routerId: `r-${clientId}`,
          producers: {},
          recording: 'off',
        },
      ]
    : [],
});

beforeEach(() => {
  setActivePinia(createPinia());
});

describe('the clients', () => {
  it('are listed by name, streaming and idle ones apart', () => {
    const store = useClientsStore();
    expect(store.known).toBe(false);
    store.replaceAll([client('1', 'zoe', true), client('2', 'bob', false), client('3', 'alice', true)]);
    expect(store.tracks.map((entry) => entry.client.userName)).toEqual(['alice', 'zoe']);
    expect(store.idle.map(({ userName }) => userName)).toEqual(['bob']);
    expect([store.known, store.clients.length, store.streamingCount]).toEqual([true, 3, 2]);
    expect(store.routerIds).toEqual(new Set(['r-1', 'r-3']));
  });

  it('follow the notices', () => {
    const store = useClientsStore();
    store.replaceAll([client('1', 'zoe', true)]);
    store.put(client('2', 'bob', true));
    store.endSession('1', 'another session');
    expect(store.streamingCount).toBe(2);
    store.endSession('1', 's-1');
    expect(store.idle.map(({ clientId }) => clientId)).toEqual(['1']);
    store.remove('2');
    store.remove('2');
    expect(store.clients.map(({ clientId }) => clientId)).toEqual(['1']);
  });

  it('of before a reconnection are forgotten', () => {
    const store = useClientsStore();
    store.replaceAll([client('1', 'zoe', true)]);
    store.replaceAll([client('2', 'bob', true)]);
    expect(store.clients.map(({ clientId }) => clientId)).toEqual(['2']);
  });

  it.each([
    ['', true],
    ['ALI', true],
    ['ws alice', true],
    ['alice@ws', true],
    ['bob', false],
    ['alice bob', false],
  ])('are found by %j: %s', (search, found) => {
    expect(matchesSearch(client('1', 'alice', true), search)).toBe(found);
  });
});

describe('the recording alarms', () => {
  const alarm = (trackId: string, message: string) => ({
    sessionId: 's',
    trackId,
    code: 'stalled',
    message,
    atMs: 0,
  });

  it('show the newest of each track until dismissed', () => {
    const store = useAlarmsStore();
    store.raise(alarm('a', 'first'));
    store.raise(alarm('b', 'other'));
    store.raise(alarm('a', 'second'));
    expect(store.alarms.map(({ message }) => message)).toEqual(['second', 'other']);
    store.dismiss(alarm('a', ''));
    expect(store.alarms.map(({ message }) => message)).toEqual(['other']);
  });

  it('do not fill the page', () => {
    const store = useAlarmsStore();
    for (let track = 0; track < 20; track += 1) store.raise(alarm(`t${track}`, ''));
    expect(store.alarms.length).toBeLessThanOrEqual(4);
  });
});
