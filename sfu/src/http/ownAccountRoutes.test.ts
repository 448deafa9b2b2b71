import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { totpOffer } from '@sightline/shared';
import { totpCodeAt } from '../identity/totp.ts';
import {
  PASSWORD,
  createIdentityHarness,
  type IdentityHarness,
  type TestBrowser,
} from './identityHarness.ts';

const NEW_PASSWORD = 'staple battery horse';
let harness: IdentityHarness;

beforeEach(async () => {
  harness = await createIdentityHarness();
  await harness.addAccount('ann');
});
afterEach(() => harness.close());

const change = (browser: TestBrowser, body: object = {}) =>
  browser.request('POST', 'password', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD, ...body });
const signIn = (body: object, browser = harness.browser()) =>
  browser.request('POST', 'sign-in', { email: 'ann@example.test', password: PASSWORD, ...body });

describe('changing the password', () => {
  it('ends every other session, and gives this one another cookie', async () => {
    const [here, there] = [await harness.signedIn('ann'), await harness.signedIn('ann')];
    const ended: unknown[] = [];
    harness.identity.sessions.events.on('ended', (...args) => ended.push(args));
    const before = here.cookieHeader;
    await expect(change(here)).resolves.toMatchObject({ status: 204 });
    expect(here.cookieHeader).not.toBe(before);
    await expect(here.request('GET', 'me')).resolves.toMatchObject({ status: 200 });
    await expect(there.request('GET', 'me')).resolves.toMatchObject({ status: 401 });
    expect(ended).toEqual([['ann', expect.any(String)]]);
    await expect(signIn({})).resolves.toMatchObject({ status: 401 });
    await expect(signIn({ password: NEW_PASSWORD })).resolves.toMatchObject({ status: 200 });
    expect((await harness.audited('c1')).map(({ action }) => action)).toContain('password-changed');
  });

  it.each([
    ['the current one is wrong', { currentPassword: 'wrong' }, 403, 'wrong-password'],
    ['it stays the same', { newPassword: PASSWORD }, 409, 'password-unchanged'],
    ['the new one is short', { newPassword: 'short' }, 400, 'bad-request'],
  ])('is refused if %s', async (_why, body, status, code) => {
    const browser = await harness.signedIn('ann');
    await expect(change(browser, body)).resolves.toMatchObject({ status, body: { code } });
  });

  it('is no way around the throttle', async () => {
    const browser = await harness.signedIn('ann');
    for (let round = 0; round < 5; round += 1) await change(browser, { currentPassword: 'wrong' });
    await expect(change(browser)).resolves.toMatchObject({ status: 429 });
  });

  it('frees an account with a one-time password', async () => {
    await harness.accounts.change('ann', { mustChangePassword: true });
    const browser = await harness.signedIn('ann');
    await expect(browser.request('GET', 'me')).resolves.toMatchObject({ body: { mustChangePassword: true } });
    await change(browser);
    await expect(browser.request('GET', 'me')).resolves.toMatchObject({
      body: { mustChangePassword: false },
    });
  });
});

describe('a second factor', () => {
  const STEP_MS = 30_000;
  const codeOf = (secret: string): string => totpCodeAt(secret, Math.floor(harness.clock.nowMs() / STEP_MS));
  const add = async (browser: TestBrowser): Promise<string> => {
    const { secret } = totpOffer.parse((await browser.request('POST', 'totp')).body);
    const { status } = await browser.request('POST', 'totp/confirm', { totpCode: codeOf(secret) });
    expect(status).toBe(204);
    harness.clock.advance(STEP_MS);
    return secret;
  };

  it('counts once it is confirmed', async () => {
    const browser = await harness.signedIn('ann');
    const { secret } = totpOffer.parse((await browser.request('POST', 'totp')).body);
    await expect(signIn({})).resolves.toMatchObject({ status: 200 });
    await expect(browser.request('POST', 'totp/confirm', { totpCode: '000000' })).resolves.toMatchObject({
      status: 403,
      body: { code: 'totp-wrong' },
    });
    await browser.request('POST', 'totp/confirm', { totpCode: codeOf(secret) });
    await expect(browser.request('GET', 'me')).resolves.toMatchObject({ body: { hasTotp: true } });
    await expect(signIn({})).resolves.toMatchObject({ status: 401, body: { code: 'totp-required' } });
    expect((await harness.audited('c1')).map(({ action }) => action)).toContain('totp-added');
  });

  it('is kept encrypted, for this account only', async () => {
    const secret = await add(await harness.signedIn('ann'));
    const kept = (await harness.accounts.find('ann'))?.totpSecret ?? null;
    expect(kept).not.toBeNull();
    expect(kept).not.toContain(secret);
    await harness.addAccount('bob', 'admin', { totpSecret: kept });
    const bob = { email: 'bob@example.test', totpCode: codeOf(secret) };
    await expect(signIn(bob)).resolves.toMatchObject({ status: 500 });
  });

  it('lets in with the code of now, once', async () => {
    const secret = await add(await harness.signedIn('ann'));
    const totpCode = codeOf(secret);
    await expect(signIn({ totpCode })).resolves.toMatchObject({ status: 200, body: { hasTotp: true } });
    await expect(signIn({ totpCode })).resolves.toMatchObject({ status: 401, body: { code: 'totp-wrong' } });
    expect((await harness.audited('c1')).at(-1)).toMatchObject({
      action: 'sign-in-failed',
      details: { reason: 'wrong-code' },
    });
    harness.clock.advance(STEP_MS);
    await expect(signIn({ totpCode: codeOf(secret) })).resolves.toMatchObject({ status: 200 });
  });

  it('says nothing about itself to who has not got the password', async () => {
    await add(await harness.signedIn('ann'));
    await expect(signIn({ password: 'wrong' })).resolves.toMatchObject({
      status: 401,
      body: { code: 'wrong-credentials' },
    });
  });

  it('cannot be guessed by who has the password, not even with sign-ins without a code in between', async () => {
    await add(await harness.signedIn('ann'));
    for (let round = 0; round < 5; round += 1) {
      await expect(signIn({ totpCode: '000000' })).resolves.toMatchObject({ status: 401 });
      if (round < 4) await expect(signIn({})).resolves.toMatchObject({ body: { code: 'totp-required' } });
    }
    await expect(signIn({ totpCode: '000000' })).resolves.toMatchObject({ status: 429 });
  });

  it('is removed with the password', async () => {
    const browser = await harness.signedIn('ann');
    await add(browser);
    await expect(browser.request('POST', 'totp')).resolves.toMatchObject({ body: { code: 'totp-present' } });
    const refused = await browser.request('DELETE', 'totp', { currentPassword: 'wrong' });
    expect(refused).toMatchObject({ status: 403, body: { code: 'wrong-password' } });
    await expect(browser.request('DELETE', 'totp', { currentPassword: PASSWORD })).resolves.toMatchObject({
      status: 204,
    });
    await expect(signIn({})).resolves.toMatchObject({ status: 200 });
  });

  it('is confirmed by the browser and account to which it was offered, within ten minutes', async () => {
    await harness.addAccount('bob');
    const [ann, bob] = [await harness.signedIn('ann'), await harness.signedIn('bob')];
    const { secret } = totpOffer.parse((await ann.request('POST', 'totp')).body);
    bob.cookies.set('sightline_totp', ann.cookies.get('sightline_totp') ?? '');
    const refused = { status: 409, body: { code: 'totp-not-offered' } };
    await expect(bob.request('POST', 'totp/confirm', { totpCode: codeOf(secret) })).resolves.toMatchObject(
      refused,
    );
    harness.clock.advance(600_000);
    await expect(ann.request('POST', 'totp/confirm', { totpCode: codeOf(secret) })).resolves.toMatchObject(
      refused,
    );
  });
});
