/** @jest-environment jsdom */
import { describe, expect, it } from '@jest/globals';
import type { Grant, Role } from '@sightline/shared';
import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { createMemoryHistory, createRouter } from 'vue-router';
import { sessionKey } from '../session/session.ts';
import { useSessionStore } from '../stores/session.ts';
import AppHeader from './AppHeader.vue';

const grant = (role: Role, groupId: string | null = null): Grant => ({
  role,
  companyId: role === 'owner' ? null : 'c1',
  groupId,
});

function pagesOf(grants: Grant[]): string[] {
  const pinia = createPinia();
  setActivePinia(pinia);
  useSessionStore().me = {
    accountId: 'a1',
    email: 'ada@example.test',
    name: 'Ada',
    grants,
    mustChangePassword: false,
    hasPassword: true,
    hasTotp: false,
  };
  const names = ['wall', 'idle-alerts', 'recordings', 'devices', 'audit', 'account'];
  const router = createRouter({
    history: createMemoryHistory(),
    routes: ['', ...names].map((name) => ({ path: `/${name}`, name, component: {} })),
  });
  const header = mount(AppHeader, {
    props: { inUse: true },
    global: { plugins: [pinia, router], provide: { [sessionKey]: {} } },
  });
  return header.findAll('nav a').map((link) => `${link.text()} ${link.attributes('href')}`);
}

describe('the header', () => {
  it.each([
    ['owner', null, ['Live /wall', 'Idle /idle-alerts', 'Recordings /recordings', 'Administration /devices']],
    ['supervisor', null, ['Live /wall', 'Idle /idle-alerts']],
    ['compliance', null, ['Recordings /recordings', 'Administration /audit']],
    ['admin', 'g1', ['Live /wall', 'Idle /idle-alerts', 'Recordings /recordings']],
  ] as const)('offers %s (group %s) what they may use', (role, groupId, pages) => {
    expect(pagesOf([grant(role, groupId)])).toEqual(pages);
  });
});
