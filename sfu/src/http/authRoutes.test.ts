import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  PASSWORD,
  createIdentityHarness,
  type IdentityHarness,
  type TestBrowser,
} from './identityHarness.ts';

let harness: IdentityHarness;
let ended: [string, string | undefined][];

beforeEach(async () => {
  harness = await createIdentityHarness();
  ended = [];
  harness.identity.sessions.events.on('ended', (...args) => ended.push(args));
  await harness.addAccount('ann');
});
afterEach(() => harness.close());

const signIn = (browser: TestBrowser, change: object = {}) =>
  browser.request('POST', 'sign-in', { email: 'ann@example.test', password: PASSWORD, ...change });
const isSignedIn = async (browser: TestBrowser): Promise<boolean> =>
  (await browser.request('GET', 'me')).status === 200;

describe('signing in', () => {
  it('tells who one is and begins a session', async () => {
    const browser = harness.browser();
    await expect(isSignedIn(browser)).resolves.toBe(false);
    const answer = await signIn(browser, { email: ' Ann@Example.TEST ' });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        accountId: 'ann',
        email: 'ann@example.test',
        grants: [{ role: 'supervisor', companyId: 'c1', groupId: null }],
        mustChangePassword: false,
        hasPassword: true,
        hasTotp: false,
      },
    });
    await expect(isSignedIn(browser)).resolves.toBe(true);
    await expect(harness.audited('c1')).resolves.toMatchObject([{ action: 'signed-in', actorName: 'ann' }]);
  });

  it('looks the same for a wrong password, an unknown account and a disabled one', async () => {
    await harness.addAccount('dan', 'admin', { disabled: true });
    const answers = [
      await signIn(harness.browser(), { password: 'wrong' }),
      await signIn(harness.browser(), { email: 'nobody@example.test' }),
      await signIn(harness.browser(), { email: 'dan@example.test' }),
    ];
    for (const { status, body, headers } of answers) {
      expect({ status, body }).toEqual({ status: answers[0]?.status, body: answers[0]?.body });
      expect(headers).not.toHaveProperty('set-cookie');
    }
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'wrong-credentials' } });
  });

  it('that fails is on record: with the company, or with none for strangers and owners', async () => {
    await harness.addAccount('olga', 'owner');
    await signIn(harness.browser(), { password: 'wrong' });
    await signIn(harness.browser(), { email: 'nobody@example.test' });
    await signIn(harness.browser(), { email: 'olga@example.test', password: 'wrong' });
    await expect(harness.audited('c1')).resolves.toEqual([
      {
        action: 'sign-in-failed',
        actorName: 'ann',
        details: { email: 'ann@example.test', reason: 'wrong-password' },
      },
    ]);
    await expect(harness.audited(null)).resolves.toMatchObject([
      { action: 'sign-in-failed', actorName: '', details: { email: 'nobody@example.test' } },
      { action: 'sign-in-failed', actorName: 'olga' },
    ]);
  });

  it('is slowed down after five failures, known account or not, and works after the wait', async () => {
    for (const email of ['ann@example.test', 'nobody@example.test']) {
      for (let round = 0; round < 5; round += 1) {
        await expect(signIn(harness.browser(), { email, password: 'wrong' })).resolves.toMatchObject({
          status: 401,
        });
      }
      const refused = await signIn(harness.browser('192.0.2.9'), { email });
      expect(refused).toMatchObject({
        status: 429,
        body: { code: 'throttled' },
        headers: { 'retry-after': '1' },
      });
    }
    harness.clock.advance(1_000);
    await expect(signIn(harness.browser())).resolves.toMatchObject({ status: 200 });
  });

  it('is slowed down for an address that tries many accounts', async () => {
    for (let round = 0; round < 30; round += 1) {
      await signIn(harness.browser(), { email: `nobody${round}@example.test` });
    }
    await expect(signIn(harness.browser())).resolves.toMatchObject({ status: 429 });
    await expect(signIn(harness.browser('192.0.2.9'))).resolves.toMatchObject({ status: 200 });
  });

  it('sets a cookie that pages cannot read and other sites cannot send', async () => {
    const { headers } = await signIn(harness.browser());
    expect(headers['set-cookie']).toMatch(
      /^sightline=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  it('sets a cookie that goes over https only where people come by https', async () => {
    await harness.close();
    harness = await createIdentityHarness({ publicOrigin: 'https://sightline.example' });
    await harness.addAccount('ann');
    const { headers } = await signIn(harness.browser());
    expect(headers['set-cookie']).toMatch(/^__Host-sightline=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });

  it('again ends the session that the browser had', async () => {
    const browser = await harness.signedIn('ann');
    const thief = harness.browser();
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    await signIn(browser);
    await expect(isSignedIn(browser)).resolves.toBe(true);
    await expect(isSignedIn(thief)).resolves.toBe(false);
    expect(ended).toHaveLength(1);
  });
});

describe('a session', () => {
  it('ends when it was not used for 12 hours', async () => {
    const browser = await harness.signedIn('ann');
    harness.clock.advance(11 * 3_600_000);
    await expect(isSignedIn(browser)).resolves.toBe(true);
    harness.clock.advance(11 * 3_600_000);
    await expect(isSignedIn(browser)).resolves.toBe(true);
    harness.clock.advance(12 * 3_600_000);
    await expect(isSignedIn(browser)).resolves.toBe(false);
  });

  it('ends after seven days, however much it is used', async () => {
    const browser = await harness.signedIn('ann');
    for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
      harness.clock.advance(6 * 3_600_000);
      await expect(isSignedIn(browser)).resolves.toBe(true);
    }
    harness.clock.advance(6 * 3_600_000);
    await expect(isSignedIn(browser)).resolves.toBe(false);
  });

  it('that has expired is told to who watches with it', async () => {
    await harness.signedIn('ann');
    harness.clock.advance(12 * 3_600_000);
    await new Promise(setImmediate);
    expect(ended).toEqual([['ann', expect.stringMatching(/^[0-9a-f]{64}$/)]]);
  });

  it('of a disabled account is refused', async () => {
    const browser = await harness.signedIn('ann');
    await harness.accounts.change('ann', { disabled: true });
    await expect(isSignedIn(browser)).resolves.toBe(false);
  });

  it('changes its cookie every 15 minutes of use; requests that were under way still count', async () => {
    const browser = await harness.signedIn('ann');
    const before = browser.cookies.get('sightline');
    harness.clock.advance(15 * 60_000 - 1);
    await browser.request('GET', 'me');
    expect(browser.cookies.get('sightline')).toBe(before);
    const otherTab = harness.browser();
    otherTab.cookies.set('sightline', before ?? '');
    harness.clock.advance(1);
    const answers = await Promise.all([1, 2, 3, 4].map(() => browser.request('GET', 'me')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.filter(({ headers }) => 'set-cookie' in headers)).toHaveLength(1);
    expect(browser.cookies.get('sightline')).not.toBe(before);
    harness.clock.advance(60_000);
    await expect(isSignedIn(otherTab)).resolves.toBe(true);
    harness.clock.advance(1);
    await expect(isSignedIn(otherTab)).resolves.toBe(false);
    await expect(isSignedIn(browser)).resolves.toBe(true);
  });

  it('keeps its name when its cookie changes, so that sockets that it opened can be ended', async () => {
    const browser = await harness.signedIn('ann');
    const { sessions } = harness.identity;
    const before = await sessions.authenticate(browser.cookieHeader);
    harness.clock.advance(15 * 60_000);
    await browser.request('GET', 'me');
    const after = await sessions.authenticate(browser.cookieHeader);
    expect(after?.sessionHash).toBe(before?.sessionHash);
    await browser.request('POST', 'sign-out');
    expect(ended).toEqual([['ann', before?.sessionHash]]);
  });

  it('is known by nothing but its cookie', async () => {
    const { sessions } = harness.identity;
    for (const header of [undefined, '', 'sightline=', 'sightline=x', 'other=x', ';;;=;']) {
      await expect(sessions.authenticate(header)).resolves.toBeUndefined();
    }
  });
});

describe('signing out', () => {
  it('ends this session and no other', async () => {
    const [here, there] = [await harness.signedIn('ann'), await harness.signedIn('ann')];
    const copy = harness.browser();
    for (const [name, value] of here.cookies) copy.cookies.set(name, value);
    await expect(here.request('POST', 'sign-out')).resolves.toMatchObject({ status: 204 });
    expect(here.cookies.size).toBe(0);
    await expect(isSignedIn(copy)).resolves.toBe(false);
    await expect(isSignedIn(there)).resolves.toBe(true);
    await expect(harness.audited('c1')).resolves.toMatchObject([{}, {}, { action: 'signed-out' }]);
  });

  it('everywhere ends all of the account, and says so', async () => {
    await harness.addAccount('bob');
    const [here, there, other] = [
      await harness.signedIn('ann'),
      await harness.signedIn('ann'),
      await harness.signedIn('bob'),
    ];
    await here.request('POST', 'sign-out-everywhere');
    await expect(isSignedIn(here)).resolves.toBe(false);
    await expect(isSignedIn(there)).resolves.toBe(false);
    await expect(isSignedIn(other)).resolves.toBe(true);
    expect(ended).toEqual([['ann', undefined]]);
    expect((await harness.audited('c1')).at(-1)).toMatchObject({ action: 'sessions-ended' });
  });
});
