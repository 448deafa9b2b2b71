import { beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_RETENTION, type ClientView } from '@sightline/shared';
import { createPinia, setActivePinia } from 'pinia';
import { clientOf, streaming } from '../presence/fakeClient.ts';
import { passesFilter } from '../wall/clientFilter.ts';
import { useAlarmsStore } from './alarms.ts';
import { useClientsStore } from './clients.ts';
import { useIdleAlertsStore } from './idleAlerts.ts';
import { useOrganisationStore } from './organisation.ts';

const client = (clientId: string, userName: string, isStreaming: boolean): ClientView =>
  clientOf(clientId, { userName, ...(isStreaming && streaming(clientId)) });

beforeEach(() => {
  setActivePinia(createPinia());
});

describe('the clients', () => {
  it('are listed by name, streaming and other ones apart', () => {
    const store = useClientsStore();
    expect(store.known).toBe(false);
    store.replaceAll([client('1', 'zoe', true), client('2', 'bob', false), client('3', 'alice', true)]);
    expect(store.tracks.map((entry) => entry.client.userName)).toEqual(['alice', 'zoe']);
    expect(store.notStreaming.map(({ userName }) => userName)).toEqual(['bob']);
    expect([store.known, store.onlineCount, store.streamingCount]).toEqual([true, 3, 2]);
    expect(store.routerIds).toEqual(new Set(['r-1', 'r-3']));
  });

  it('follow the notices', () => {
    const store = useClientsStore();
    store.replaceAll([client('1', 'zoe', true)]);
    store.put(client('2', 'bob', true));
    store.endSession('1', 'another session');
    expect(store.streamingCount).toBe(2);
    store.endSession('1', 's-1');
    expect(store.notStreaming.map(({ clientId }) => clientId)).toEqual(['1']);
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
    ['DEVICE-1', true],
    ['ws alice', true],
    ['alice@ws', true],
    ['bob', false],
    ['alice bob', false],
  ])('are found by %j: %s', (search, found) => {
    const filter = { search, companyId: '', groupId: '' };
    expect(passesFilter(client('1', 'alice', true), filter)).toBe(found);
  });

  it.each([
    [{ companyId: 'c1', groupId: '' }, true],
    [{ companyId: 'c2', groupId: '' }, false],
    [{ companyId: 'c1', groupId: 'g1' }, true],
    [{ companyId: '', groupId: 'g2' }, false],
  ])('are narrowed down by %j: %s', (filter, found) => {
    expect(passesFilter(clientOf('1', { groupId: 'g1' }), { search: '', ...filter })).toBe(found);
  });

  it('are counted while they are online, and stay when they are not', () => {
    const store = useClientsStore();
    store.replaceAll([client('1', 'zoe', true), client('2', 'bob', false)]);
    const counts = (): number[] => [store.onlineCount, store.reconnectingCount, store.clients.length];
    store.put(clientOf('1', { presence: { state: 'reconnecting', connectedAtMs: 0, graceEndsAtMs: 1 } }));
    expect(counts()).toEqual([1, 1, 2]);
    store.put(clientOf('1', { presence: { state: 'offline', lastSeenAtMs: 1 } }));
    expect(counts()).toEqual([1, 0, 2]);
    store.put(client('1', 'zoe', false));
    expect(counts()).toEqual([2, 0, 2]);
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
    store.dismiss('s/a');
    expect(store.alarms.map(({ message }) => message)).toEqual(['other']);
  });

  it('do not fill the page', () => {
    const store = useAlarmsStore();
    for (let track = 0; track < 20; track += 1) store.raise(alarm(`t${track}`, ''));
    expect(store.alarms.length).toBeLessThanOrEqual(4);
  });
});

describe('the idle alerts', () => {
  const alert = (endedAtMs: number | null) => ({
    alertId: 'i1',
    companyId: 'c1',
    clientId: '1',
    deviceName: 'till',
    userId: 'bob@ws',
    idleSinceMs: 0,
    raisedAtMs: 1,
    endedAtMs,
  });

  it('go when the machine is touched', () => {
    const store = useIdleAlertsStore();
    store.take(alert(null));
    expect(store.alerts).toHaveLength(1);
    store.take(alert(5));
    expect(store.alerts).toEqual([]);
  });
});

describe('the organisation', () => {
  it('tells the names that ids stand for', async () => {
    const store = useOrganisationStore();
    await store.load({
      companies: async () => [
        { companyId: 'c1', name: 'Acme', idleThresholdMs: 1, retention: DEFAULT_RETENTION, createdAtMs: 0 },
      ],
      groups: async (companyId) => [{ groupId: 'g1', companyId, name: 'Tills' }],
    });
    expect([store.companyName('c1'), store.groupName('g1'), store.groupName(null)]).toEqual([
      'Acme',
      'Tills',
      '',
    ]);
    expect(store.isUnknown(clientOf('1', { groupId: 'g1' }))).toBe(false);
    expect(store.isUnknown(clientOf('1', { groupId: 'g2' }))).toBe(true);
  });
});
