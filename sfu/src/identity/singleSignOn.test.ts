import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import Provider from 'oidc-provider';
import * as z from 'zod';
import { createIdentityHarness, type IdentityHarness, type TestBrowser } from '../http/identityHarness.ts';

const ORIGIN = 'http://127.0.0.1:3000';
const CALLBACK = `${ORIGIN}/api/v1/auth/oidc/callback`;

/** What the identity provider knows of its people; each signs in by being named. */
const PEOPLE: Record<string, { email: string; email_verified: boolean }> = {
  ann: { email: 'Ann@example.test', email_verified: true },
  impostor: { email: 'ann@example.test', email_verified: false },
  twin: { email: 'ann@example.test', email_verified: true },
  stranger: { email: 'stranger@example.test', email_verified: true },
};

let server: Server;
let issuer: string;
let harness: IdentityHarness;

beforeAll(async () => {
  // The provider says at length that it is not set up for production.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  jest.spyOn(console, 'info').mockImplementation(() => undefined);
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  issuer = `http://127.0.0.1:${port}`;
  const provider = createProvider(issuer);
  const handle = provider.callback();
  server.on('request', (request, response) => void handle(request, response));
});
afterAll(async () => {
  jest.restoreAllMocks();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(async () => {
  harness = await createIdentityHarness({
    startMs: Date.now(),
    oidc: { issuer, clientId: 'sightline', clientSecret: 'the secret of sightline', name: 'Acme' },
  });
  await harness.addAccount('ann');
});
afterEach(() => harness.close());

/** Goes to the provider, signs in there as `person`, and returns where it sends the browser back to. */
async function goThroughProvider(browser: TestBrowser, person: string): Promise<URL> {
  const started = await browser.request('GET', 'oidc/start');
  const cookies = new Map<string, string>();
  let url = new URL(z.string().parse(started.headers['location']));
  for (let hop = 0; hop < 10 && !url.href.startsWith(CALLBACK); hop += 1) {
    if (url.pathname.startsWith('/interaction/')) url.searchParams.set('person', person);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    await response.arrayBuffer();
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    url = new URL(response.headers.get('location') ?? '', url);
  }
  return url;
}

const comeBack = async (browser: TestBrowser, url: URL): Promise<unknown> =>
  (await browser.request('GET', `${url.pathname}${url.search}`)).headers['location'];
const signOnAs = async (person: string, browser = harness.browser()): Promise<unknown> =>
  comeBack(browser, await goThroughProvider(browser, person));
const isSignedIn = async (browser: TestBrowser): Promise<boolean> =>
  (await browser.request('GET', 'me')).status === 200;

describe('single sign-on', () => {
  it('is offered by its name', async () => {
    await expect(harness.browser().request('GET', 'options')).resolves.toMatchObject({
      body: { singleSignOn: { name: 'Acme' } },
    });
  });

  it('signs in to the account with the verified address, and to the same one when the address has changed', async () => {
    const browser = harness.browser();
    await expect(signOnAs('ann', browser)).resolves.toBe('/');
    await expect(isSignedIn(browser)).resolves.toBe(true);
    await expect(harness.accounts.find('ann')).resolves.toMatchObject({ oidcSubject: `${issuer} ann` });
    const { email } = PEOPLE['ann'] ?? { email: '' };
    PEOPLE['ann'] = { email: 'ann.married@example.test', email_verified: false };
    await expect(signOnAs('ann')).resolves.toBe('/');
    PEOPLE['ann'] = { email, email_verified: true };
    await expect(harness.audited('c1')).resolves.toMatchObject([
      { action: 'signed-in', actorName: 'ann', details: { by: 'single sign-on' } },
      { action: 'signed-in' },
    ]);
  });

  it('ends the one-time password that the account was made with', async () => {
    await harness.accounts.change('ann', { mustChangePassword: true });
    await signOnAs('ann');
    await expect(harness.accounts.find('ann')).resolves.toMatchObject({
      passwordHash: null,
      mustChangePassword: false,
    });
  });

  it.each([
    ['an address that is not verified', 'impostor', 'sso-unverified-email'],
    ['a person without an account', 'stranger', 'sso-unknown-account'],
  ])('refuses %s', async (_whom, person, problem) => {
    const browser = harness.browser();
    await expect(signOnAs(person, browser)).resolves.toBe(`/sign-in?problem=${problem}`);
    await expect(isSignedIn(browser)).resolves.toBe(false);
    await expect(harness.accounts.count()).resolves.toBe(1);
    await expect(harness.audited(null)).resolves.toMatchObject([
      { action: 'sign-in-failed', details: { reason: problem } },
    ]);
  });

  it('refuses another identity with the address of an account that is linked', async () => {
    await signOnAs('ann');
    await expect(signOnAs('twin')).resolves.toBe('/sign-in?problem=sso-other-identity');
  });

  it('refuses disabled accounts, linked or not', async () => {
    await harness.accounts.change('ann', { disabled: true });
    await expect(signOnAs('ann')).resolves.toBe('/sign-in?problem=sso-disabled');
    await expect(harness.accounts.find('ann')).resolves.toMatchObject({ oidcSubject: null });
    await harness.accounts.change('ann', { disabled: false });
    await signOnAs('ann');
    await harness.accounts.change('ann', { disabled: true });
    await expect(signOnAs('ann')).resolves.toBe('/sign-in?problem=sso-disabled');
  });

  it.each(['state', 'code', 'iss'])('refuses another %s', async (parameter) => {
    const browser = harness.browser();
    const url = await goThroughProvider(browser, 'ann');
    url.searchParams.set(parameter, 'another');
    await expect(comeBack(browser, url)).resolves.toBe('/sign-in?problem=sso-failed');
  });

  it('refuses an answer that belongs to the attempt of another browser', async () => {
    const [victim, attacker] = [harness.browser(), harness.browser()];
    await goThroughProvider(victim, 'ann');
    const url = await goThroughProvider(attacker, 'ann');
    await expect(comeBack(victim, url)).resolves.toBe('/sign-in?problem=sso-failed');
    await expect(comeBack(harness.browser(), url)).resolves.toBe('/sign-in?problem=sso-failed');
  });

  it('refuses an answer that comes a second time, even with the cookie', async () => {
    const browser = harness.browser();
    const url = await goThroughProvider(browser, 'ann');
    const copy = harness.browser();
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    await expect(comeBack(browser, url)).resolves.toBe('/');
    await expect(comeBack(browser, url)).resolves.toBe('/sign-in?problem=sso-failed');
    await expect(comeBack(copy, url)).resolves.toBe('/sign-in?problem=sso-failed');
    await expect(isSignedIn(copy)).resolves.toBe(false);
  });

  it('refuses an answer after ten minutes', async () => {
    const browser = harness.browser();
    const url = await goThroughProvider(browser, 'ann');
    harness.clock.advance(600_000);
    await expect(comeBack(browser, url)).resolves.toBe('/sign-in?problem=sso-failed');
  });

  it('says that the provider is away, and asks it again the next time', async () => {
    await harness.close();
    harness = await createIdentityHarness({
      oidc: { issuer: `${issuer}/nowhere`, clientId: 'sightline', clientSecret: 'secret', name: 'Acme' },
    });
    for (let round = 0; round < 2; round += 1) {
      const { headers } = await harness.browser().request('GET', 'oidc/start');
      expect(headers['location']).toBe('/sign-in?problem=sso-unavailable');
    }
  });

  it('that is not configured is nowhere', async () => {
    await harness.close();
    harness = await createIdentityHarness();
    const browser = harness.browser();
    await expect(browser.request('GET', 'options')).resolves.toMatchObject({ body: { singleSignOn: null } });
    await expect(browser.request('GET', 'oidc/start')).resolves.toMatchObject({
      status: 404,
      body: { code: 'sso-not-configured' },
    });
  });
});

/** A provider whose people are let in without being asked anything. */
function createProvider(url: string): Provider {
  const provider = new Provider(url, {
    clients: [
      {
        client_id: 'sightline',
        client_secret: 'the secret of sightline',
        redirect_uris: [CALLBACK],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    cookies: { keys: ['a key of the provider'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, ...PEOPLE[accountId] }),
    }),
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({
        clientId: context.oidc.client?.clientId ?? '',
        accountId: context.oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) {
      await next();
      return;
    }
    const accountId = z.string().parse(context.query['person']);
    await provider.interactionFinished(context.req, context.res, { login: { accountId } });
    context.respond = false;
  });
  return provider;
}
