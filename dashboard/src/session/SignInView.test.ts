/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Me } from '@sightline/shared';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { apiKey, createApi } from '../api/api.ts';
import { ApiError } from '../api/apiError.ts';
import type { Http } from '../api/http.ts';
import { sessionKey } from './session.ts';
import SignInView from './SignInView.vue';

const ada: Me = {
  accountId: 'a1',
  email: 'ada@example.test',
  name: 'Ada',
  grants: [],
  mustChangePassword: false,
  hasPassword: true,
  hasTotp: false,
};

let sent: unknown[];
let signedIn: Me[];
let router: Router;

async function build(
  answers: (Me | ApiError)[],
  options: { singleSignOn?: { name: string }; address?: string } = {},
): Promise<VueWrapper> {
  const http: Http = {
    async ask({ path, body, answer }) {
      if (path === '/auth/options') return answer.parse({ singleSignOn: options.singleSignOn ?? null });
      sent.push(body);
      const next = answers.shift();
      if (next instanceof ApiError) throw next;
      return answer.parse(next);
    },
    tell: async () => undefined,
  };
  router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/:rest(.*)*', component: {} }],
  });
  await router.push(options.address ?? '/sign-in');
  const session = { set: (me: Me) => signedIn.push(me) };
  const page = mount(SignInView, {
    global: { plugins: [router], provide: { [apiKey]: createApi(http), [sessionKey]: session } },
  });
  await flushPromises();
  return page;
}

async function submit(page: VueWrapper, fields: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.get(`[name=${name}]`).setValue(value);
  await page.get('form').trigger('submit');
  await flushPromises();
}
const credentials = { email: 'Ada@Example.test', password: 'secret' };

beforeEach(() => {
  sent = [];
  signedIn = [];
});
afterEach(() => void jest.useRealTimers());

describe('the sign-in page', () => {
  it('leads back to where one wanted to go', async () => {
    const page = await build([ada], { address: '/sign-in?from=/recordings' });
    await submit(page, credentials);
    expect(sent).toEqual([{ email: 'ada@example.test', password: 'secret' }]);
    expect(signedIn).toEqual([ada]);
    expect(router.currentRoute.value.fullPath).toBe('/recordings');
  });

  it('asks for the second factor when there is one, and keeps the password for it', async () => {
    const page = await build([new ApiError(401, 'totp-required', ''), ada]);
    await submit(page, credentials);
    expect(page.get('form').attributes('data-step')).toBe('totp');
    await submit(page, { totp: '123 456' });
    expect(sent[1]).toEqual({ email: 'ada@example.test', password: 'secret', totpCode: '123456' });
    expect(signedIn).toEqual([ada]);
  });

  it('does not send what cannot be right', async () => {
    const page = await build([]);
    await submit(page, { email: 'nobody', password: '' });
    expect(page.get('[role=alert]').text()).toBe('Enter the e-mail address and the password.');
    expect(sent).toEqual([]);
  });

  it('counts the wait down before it lets one try again', async () => {
    const page = await build([new ApiError(429, 'throttled', 'Too many attempts.', { retryAfterMs: 2_000 })]);
    jest.useFakeTimers();
    await submit(page, credentials);
    const button = page.get('[type=submit]');
    expect([button.text(), button.attributes('disabled')]).toEqual(['Wait 2 s', '']);
    await submit(page, credentials);
    expect(sent).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(2_000);
    expect([button.text(), button.attributes('disabled')]).toEqual(['Sign in', undefined]);
  });

  it('offers single sign-on where there is one, and tells why it did not succeed', async () => {
    const page = await build([], {
      singleSignOn: { name: 'Acme ID' },
      address: '/sign-in?problem=sso-unknown-account',
    });
    const link = page.get('[data-testid=single-sign-on]');
    expect([link.text(), link.attributes('href')]).toEqual([
      'Sign in with Acme ID',
      '/api/v1/auth/oidc/start',
    ]);
    expect(page.get('[data-testid=note]').text()).toContain('no account with your e-mail address');
  });
});
