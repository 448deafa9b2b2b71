import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createIdentityHarness, type IdentityHarness, type TestBrowser } from '../http/identityHarness.ts';

const HOUR_MS = 3_600_000;

let harness: IdentityHarness;
let browser: TestBrowser;

beforeEach(async () => {
  harness = await createIdentityHarness();
  await harness.addAccount('sue');
  browser = await harness.signedIn('sue');
});
afterEach(() => harness.close());

const sessionHash = async (): Promise<string> =>
  (await harness.identity.sessions.authenticate(browser.cookieHeader))?.sessionHash ?? '';

const isGood = async (): Promise<boolean> => (await sessionHash()) !== '';

describe('a session', () => {
  it('does not begin by a password that was changed, or an account that was disabled, meanwhile', async () => {
    const { accounts, identity } = harness;
    for (const change of [{ passwordHash: 'another' }, { disabled: true }]) {
      const account = await harness.addAccount(`tom ${Object.keys(change).join()}`);
      // As it was when the password was looked at; what ends all sessions comes before this one.
      await accounts.change(account.accountId, change);
      await identity.sessions.endAll(account.accountId);
      await expect(identity.sessions.begin(account, '192.0.2.1', undefined)).resolves.toBeUndefined();
      await expect(accounts.deleteSessionsOf(account.accountId)).resolves.toEqual([]);
    }
  });

  it('ends when nobody has used it for twelve hours', async () => {
    harness.clock.advance(12 * HOUR_MS - 1);
    expect(await isGood()).toBe(true);
    harness.clock.advance(1);
    expect(await isGood()).toBe(false);
  });

  it('lasts while a dashboard is open, for a week at the most', async () => {
    const hash = await sessionHash();
    let hours = 0;
    while (await isGood()) {
      harness.clock.advance(HOUR_MS);
      hours += 1;
      await harness.identity.sessions.keep([hash]);
    }
    expect(hours).toBe(7 * 24);
  });
});
