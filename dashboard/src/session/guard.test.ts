import { describe, expect, it } from '@jest/globals';
import type { Me, Role } from '@sightline/shared';
import { createMemoryHistory, createRouter } from 'vue-router';
import { createGuard, destinationOf } from './guard.ts';

const account = (role: Role, more: Partial<Me> = {}): Me => ({
  accountId: 'a1',
  email: 'ada@example.test',
  name: 'Ada',
  grants: [{ role, companyId: role === 'owner' ? null : 'c1', groupId: null }],
  mustChangePassword: false,
  hasPassword: true,
  hasTotp: false,
  ...more,
});

async function shownAt(path: string, me: Me | undefined, remembered?: string): Promise<string> {
  const component = {};
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', name: 'wall', component, meta: { permission: 'live.view' } },
      { path: '/sign-in', name: 'sign-in', component },
      { path: '/new-password', name: 'new-password', component },
      { path: '/account', name: 'account', component },
      { path: '/recordings', name: 'recordings', component, meta: { permission: 'recordings.view' } },
      { path: '/admin/devices', name: 'devices', component, meta: { permission: 'manage' } },
    ],
  });
  let kept = remembered;
  const takeRemembered = (): string | undefined => {
    const taken = kept;
    kept = undefined;
    return taken;
  };
  router.beforeEach(createGuard({ whoIsThere: async () => me }, takeRemembered));
  await router.push(path);
  return router.currentRoute.value.fullPath;
}

describe('a page', () => {
  it.each([
    ['/', undefined, '/sign-in'],
    ['/recordings?x=1', undefined, '/sign-in?from=/recordings?x=1'],
    ['/sign-in?from=/recordings', undefined, '/sign-in?from=/recordings'],
    ['/sign-in?from=/recordings', account('owner'), '/recordings'],
    ['/admin/devices', account('admin'), '/admin/devices'],
    ['/admin/devices', account('supervisor'), '/'],
    ['/', account('compliance'), '/recordings'],
    ['/recordings', account('supervisor'), '/'],
    ['/account', account('compliance'), '/account'],
    ['/recordings', account('owner', { mustChangePassword: true }), '/new-password?from=/recordings'],
    ['/new-password', account('owner', { mustChangePassword: true }), '/new-password'],
    ['/new-password?from=/recordings', account('owner'), '/recordings'],
    ['/', account('supervisor', { grants: [] }), '/account'],
  ])('%s leads %j to %s', async (path, me, shown) => {
    await expect(shownAt(path, me)).resolves.toBe(shown);
  });

  it('is the one that one wanted to see before single sign-on', async () => {
    await expect(shownAt('/', account('owner'), '/recordings')).resolves.toBe('/recordings');
    await expect(shownAt('/account', account('owner'), '/recordings')).resolves.toBe('/account');
    await expect(shownAt('/', account('supervisor'), '/recordings')).resolves.toBe('/');
  });

  it.each([['https://evil.test/'], ['//evil.test/'], ['/\\evil.test'], [undefined], [['/a', '/b']]])(
    'of somebody else (%j) is nowhere that signing in leads to',
    (from) => expect(destinationOf({ query: from === undefined ? {} : { from } })).toBe('/'),
  );
});
