/** @jest-environment jsdom */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClientView } from '@sightline/shared';
import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia, type Pinia } from 'pinia';
import { createMemoryHistory, createRouter } from 'vue-router';
import { clientOf } from '../presence/fakeClient.ts';
import ClientList from './ClientList.vue';

let pinia: Pinia;
beforeEach(() => {
  pinia = createPinia();
  setActivePinia(pinia);
});

const build = (clients: ClientView[], selectedId?: string) =>
  mount(ClientList, {
    props: { clients, ofManyCompanies: false, selectedId },
    global: {
      plugins: [
        pinia,
        createRouter({
          history: createMemoryHistory(),
          routes: [
            { path: '/', component: {} },
            { path: '/watch/:clientId', name: 'focus', component: {} },
          ],
        }),
      ],
    },
  });

describe('the list of those who do not stream', () => {
  it('puts first who needs a look, and keeps those who are offline', () => {
    const page = build([
      clientOf('gone', { presence: { state: 'offline', lastSeenAtMs: 1 } }),
      clientOf('idle', { idleSinceMs: 1 }),
      clientOf('here'),
      clientOf('lost', { presence: { state: 'reconnecting', connectedAtMs: 0, graceEndsAtMs: 1 } }),
    ]);
    const shown = page.findAll('[data-testid=idle-client]').map((item) => item.attributes('data-client-id'));
    expect(shown).toEqual(['lost', 'here', 'idle', 'gone']);
  });

  it('keeps marking who is selected when the clients are told anew', async () => {
    const page = build([clientOf('1'), clientOf('2')], '2');
    const marked = (): (string | undefined)[] =>
      page.findAll('[aria-current=true]').map((item) => item.attributes('data-client-id'));
    expect(marked()).toEqual(['2']);
    await page.setProps({ clients: [clientOf('0'), clientOf('2', { paused: true })] });
    expect(marked()).toEqual(['2']);
  });
});
