/** @jest-environment jsdom */
import { describe, expect, it } from '@jest/globals';
import type { RecorderView, ReportedProblems } from '@sightline/shared';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { createMemoryHistory, createRouter } from 'vue-router';
import { apiKey } from '../api/api.ts';
import { useConnectionStore } from '../stores/connection.ts';
import { useSessionStore } from '../stores/session.ts';
import { useStorageProblemsStore } from '../stores/storageProblems.ts';
import { describeProblem } from './describeProblem.ts';
import RecorderPanel from './RecorderPanel.vue';
import StorageBanners from './StorageBanners.vue';

const SINCE_MS = Date.parse('2026-03-01T12:00:00Z');
const full = { code: 'disk-full', message: 'No room is left.', sinceMs: SINCE_MS };
const reported = (...problems: ReportedProblems['problems']): ReportedProblems => ({
  recorderId: 'r1',
  problems,
});

async function banners(role: 'compliance' | 'supervisor', polled: ReportedProblems[]): Promise<VueWrapper> {
  const pinia = createPinia();
  setActivePinia(pinia);
  useSessionStore().me = {
    accountId: 'a1',
    email: 'cora@example.test',
    name: 'Cora',
    grants: [{ role, companyId: 'c1', groupId: null }],
    mustChangePassword: false,
    hasPassword: true,
    hasTotp: false,
  };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: {} },
      { path: '/recordings/storage', name: 'storage', component: {} },
    ],
  });
  const api = { storage: { problems: async () => polled } };
  const page = mount(StorageBanners, { global: { plugins: [pinia, router], provide: { [apiKey]: api } } });
  await flushPromises();
  return page;
}

describe('the banners about storage', () => {
  it('tell those without a connection that recording has stopped, and lead to the storage', async () => {
    const banner = (await banners('compliance', [reported(full)])).get('[role=alert]');
    expect(banner.text()).toContain('Recording has stopped: a disk is full. No room is left.');
    expect(banner.get('a').attributes('href')).toBe('/recordings/storage');
  });

  it('follow what the connection tells, until it is over', async () => {
    const page = await banners('compliance', []);
    useConnectionStore().state = { status: 'connected' };
    const store = useStorageProblemsStore();
    store.take(reported({ ...full, code: 'disk-low', message: '8 % are free.' }));
    await flushPromises();
    expect(page.get('[role=alert]').classes()).toContain('mild');
    store.take(reported());
    await flushPromises();
    expect(page.find('[role=alert]').exists()).toBe(false);
  });

  it('ask nothing for those who may not see recordings', async () => {
    const page = await banners('supervisor', [reported(full)]);
    expect(page.find('[role=alert]').exists()).toBe(false);
  });
});

describe('a recorder', () => {
  const recorder: RecorderView = {
    recorderId: 'r1',
    connected: false,
    lastSeenMs: SINCE_MS,
    publicKey: '-----BEGIN PUBLIC KEY-----\nMCo\n-----END PUBLIC KEY-----\n',
    keyId: 'ab'.repeat(32),
    status: {
      disk: { state: 'full', freeBytes: 1_024 ** 3, totalBytes: 100 * 1_024 ** 3 },
      store: { kind: 's3', backlogSegments: 7, backlogBytes: 7 * 1_024 ** 2 },
      admission: { open: false, reason: 'disk-full', message: 'The disk is full.' },
      runs: 0,
      problems: [full],
    },
  };

  it('says how it and its storage are doing, and which key it seals with', () => {
    const text = mount(RecorderPanel, { props: { recorder } }).text();
    for (const words of [
      'Not connected since',
      'No room is left.',
      '1.0 GiB free of 100 GiB',
      'Refused: The disk is full.',
      '7 segments (7.0 MiB) still to be uploaded',
      '-----BEGIN PUBLIC KEY-----',
      recorder.keyId,
    ])
      expect(text).toContain(words);
  });

  it('says that its disk is slow, and that this stops no recording that runs', () => {
    expect(describeProblem({ code: 'disk-slow' })).toEqual({
      title: 'A recorder’s disk is slow: it takes no new recordings.',
      stopsRecording: false,
    });
  });

  it('may not have told anything yet', () => {
    const page = mount(RecorderPanel, { props: { recorder: { ...recorder, status: null } } });
    expect(page.text()).toContain('It has not told how it is doing yet.');
  });
});
