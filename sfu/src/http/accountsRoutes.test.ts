import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountList, accountWithPassword } from '@sightline/shared';
import {
  ADDRESS,
  NOW_MS,
  createAdministrationHarness,
  type AdministrationHarness,
  type Person,
} from './administrationHarness.ts';

let harness: AdministrationHarness;
beforeEach(async () => {
  harness = await createAdministrationHarness();
});
afterEach(() => harness.close());

const OWNER = { role: 'owner', companyId: null, groupId: null } as const;
const grantIn = (companyId: string, groupId: string | null = null) =>
  ({ role: 'supervisor', companyId, groupId }) as const;
const order = (grants: object[] = [grantIn('acme')]) => ({ email: 'New@Example.test', name: 'New', grants });
const listed = async (person: Person) => {
  const { body } = await harness.send(person, 'GET', '/accounts');
  return accountList.parse(body).accounts;
};
const isSignedIn = async (person: Person): Promise<boolean> =>
  (await harness.send(person, 'GET', '/auth/me')).status === 200;

describe('accounts', () => {
  it('are listed to owners all, and to administrators those that are theirs alone', async () => {
    await harness.addAccount('both', [grantIn('acme'), grantIn('globex')]);
    await harness.addAccount('none', []);
    const ids = async (person: Person) => (await listed(person)).map(({ accountId }) => accountId);
    await expect(ids('owen')).resolves.toEqual([
      'ada',
      'both',
      'carl',
      'cora',
      'eve',
      'gil',
      'none',
      'owen',
      'sam',
    ]);
    await expect(ids('ada')).resolves.toEqual(['ada', 'carl', 'cora', 'gil', 'sam']);
    await expect(ids('eve')).resolves.toEqual(['eve']);
  });

  it('tell who has a dashboard open', async () => {
    harness.online.add('sam');
    const accounts = await listed('ada');
    expect(accounts.filter(({ online }) => online).map(({ accountId }) => accountId)).toEqual(['sam']);
  });

  it('are not for those who administer nothing', async () => {
    for (const person of ['sam', 'cora'] as const) {
      await expect(harness.send(person, 'GET', '/accounts')).resolves.toMatchObject({ status: 403 });
    }
  });
});

describe('a new account', () => {
  it('gets a password for its first sign-in, which has to be changed', async () => {
    const { body } = await harness.send('ada', 'POST', '/accounts', order([grantIn('acme', 'sales')]));
    const { account, oneTimePassword } = accountWithPassword.parse(body);
    expect(account).toEqual({
      accountId: account.accountId,
      email: 'new@example.test',
      name: 'New',
      grants: [grantIn('acme', 'sales')],
      disabled: false,
      hasTotp: false,
      online: false,
      createdAtMs: NOW_MS,
    });
    const signIn = { email: 'new@example.test', password: oneTimePassword };
    await expect(harness.send(undefined, 'POST', '/auth/sign-in', signIn)).resolves.toMatchObject({
      status: 200,
      body: { mustChangePassword: true },
    });
    const [entry] = await harness.audited('acme');
    expect(entry).toMatchObject({
      action: 'account-created',
      actor: { id: 'ada' },
      address: ADDRESS,
      details: { accountId: account.accountId, email: 'new@example.test', grants: 'supervisor of sales' },
    });
    expect(JSON.stringify(entry)).not.toContain(oneTimePassword);
  });

  it('is put on record in every company, each with its own grants only', async () => {
    const grants = [grantIn('acme', 'sales'), grantIn('globex'), grantIn('globex')];
    await harness.send('owen', 'POST', '/accounts', order(grants));
    await expect(harness.audited('acme')).resolves.toMatchObject([
      { details: { grants: 'supervisor of sales' } },
    ]);
    await expect(harness.audited('globex')).resolves.toMatchObject([{ details: { grants: 'supervisor' } }]);
    await expect(harness.audited(null)).resolves.toEqual([]);
  });

  it.each([
    ['ada', order([OWNER]), 403, 'beyond-authority'],
    ['ada', order([grantIn('acme'), grantIn('globex')]), 403, 'beyond-authority'],
    ['ada', order([grantIn('nowhere')]), 403, 'beyond-authority'],
    ['owen', order([grantIn('nowhere')]), 400, 'unknown-company'],
    ['owen', order([grantIn('acme', 'ops')]), 400, 'unknown-group'],
    ['owen', order([{ ...OWNER, companyId: 'acme' }]), 400, 'bad-grant'],
    ['owen', order([{ ...grantIn('acme'), companyId: null }]), 400, 'bad-grant'],
    ['owen', order([]), 400, 'bad-request'],
    ['owen', { ...order(), email: 'nobody' }, 400, 'bad-request'],
    ['ada', { ...order(), email: 'EVE@example.test' }, 409, 'email-taken'],
    ['sam', order(), 403, 'forbidden'],
  ] as const)('is refused to %s as %j', async (person, body, status, code) => {
    await expect(harness.send(person, 'POST', '/accounts', body)).resolves.toMatchObject({
      status,
      body: { code },
    });
    await expect(harness.repositories.accounts.count()).resolves.toBe(7);
    await expect(harness.audited('acme')).resolves.toEqual([]);
  });
});

describe('a change', () => {
  it('of grants ends the sessions of the account', async () => {
    const grants = [grantIn('acme', 'sales')];
    await expect(harness.send('ada', 'PATCH', '/accounts/sam', { grants })).resolves.toMatchObject({
      status: 200,
      body: { accountId: 'sam', grants },
    });
    await expect(isSignedIn('sam')).resolves.toBe(false);
    await expect(isSignedIn('cora')).resolves.toBe(true);
    await expect(harness.audited('acme')).resolves.toMatchObject([
      { action: 'account-changed', actor: { id: 'ada' }, details: { grants: 'supervisor of sales' } },
    ]);
  });

  it('that takes a company away is on record there', async () => {
    await harness.send('owen', 'PATCH', '/accounts/sam', { grants: [grantIn('globex')] });
    await expect(harness.audited('acme')).resolves.toMatchObject([
      { details: { accountId: 'sam', grants: '' } },
    ]);
  });

  it('that disables ends the sessions, and the account can be enabled again', async () => {
    await harness.send('ada', 'PATCH', '/accounts/sam', { disabled: true });
    await expect(isSignedIn('sam')).resolves.toBe(false);
    await expect(harness.send('ada', 'PATCH', '/accounts/sam', { disabled: false })).resolves.toMatchObject({
      body: { disabled: false },
    });
  });

  it('of the name, or to the grants that it has, leaves it signed in', async () => {
    const change = { name: 'Samantha', grants: [grantIn('acme')] };
    await expect(harness.send('ada', 'PATCH', '/accounts/sam', change)).resolves.toMatchObject({
      body: { name: 'Samantha' },
    });
    await expect(isSignedIn('sam')).resolves.toBe(true);
  });

  it.each([
    ['ada', 'owen', { name: 'x' }, 404, 'unknown-account'],
    ['ada', 'eve', { name: 'x' }, 404, 'unknown-account'],
    ['ada', 'nobody', { name: 'x' }, 404, 'unknown-account'],
    ['ada', 'sam', { grants: [OWNER] }, 403, 'beyond-authority'],
    ['ada', 'sam', { grants: [grantIn('globex')] }, 403, 'beyond-authority'],
    ['ada', 'ada', { disabled: true }, 409, 'own-account'],
    ['owen', 'owen', { disabled: true }, 409, 'own-account'],
    ['owen', 'owen', { grants: [grantIn('acme')] }, 409, 'last-owner'],
    ['sam', 'gil', { name: 'x' }, 403, 'forbidden'],
  ] as const)('by %s of %s to %j is refused', async (person, accountId, change, status, code) => {
    await expect(harness.send(person, 'PATCH', `/accounts/${accountId}`, change)).resolves.toMatchObject({
      status,
      body: { code },
    });
    for (const companyId of ['acme', 'globex', null]) {
      await expect(harness.audited(companyId)).resolves.toEqual([]);
    }
  });

  it('of an account with a role elsewhere is the owners’ business', async () => {
    await harness.addAccount('both', [grantIn('acme'), grantIn('globex')]);
    const change = { name: 'x' };
    await expect(harness.send('ada', 'PATCH', '/accounts/both', change)).resolves.toMatchObject({
      status: 404,
    });
    await expect(harness.send('owen', 'PATCH', '/accounts/both', change)).resolves.toMatchObject({
      status: 200,
    });
  });

  it('leaves an owner, though two take it from each other at the same time', async () => {
    await harness.addAccount('olga', [OWNER]);
    const demote = { grants: [grantIn('acme')] };
    const answers = await Promise.all([
      harness.send('owen', 'PATCH', '/accounts/olga', demote),
      harness.send('owen', 'PATCH', '/accounts/owen', demote),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 409]);
  });

  it('may take an owner away while there is another one', async () => {
    await harness.addAccount('olga', [OWNER]);
    await expect(harness.send('owen', 'PATCH', '/accounts/olga', { disabled: true })).resolves.toMatchObject({
      status: 200,
    });
    await expect(harness.audited(null)).resolves.toMatchObject([
      { action: 'account-changed', details: { accountId: 'olga', grants: 'owner', disabled: true } },
    ]);
  });
});

describe('resetting a password', () => {
  it('gives a one-time password, removes the second factor and ends the sessions', async () => {
    await harness.repositories.accounts.change('sam', { totpSecret: 'sealed' });
    const { status, body, text } = await harness.send('ada', 'POST', '/accounts/sam/reset-password');
    expect(status).toBe(200);
    const { account, oneTimePassword } = accountWithPassword.parse(body);
    expect(account).toMatchObject({ accountId: 'sam', hasTotp: false });
    expect(text).not.toContain('argon2');
    await expect(isSignedIn('sam')).resolves.toBe(false);
    const signIn = { email: 'sam@example.test', password: oneTimePassword };
    await expect(harness.send(undefined, 'POST', '/auth/sign-in', signIn)).resolves.toMatchObject({
      body: { mustChangePassword: true },
    });
    const entries = await harness.audited('acme');
    expect(entries[0]).toMatchObject({ action: 'password-reset', actor: { id: 'ada' } });
    expect(JSON.stringify(entries)).not.toContain(oneTimePassword);
  });

  it.each([
    ['ada', 'ada', 409, 'own-account'],
    ['ada', 'owen', 404, 'unknown-account'],
    ['ada', 'eve', 404, 'unknown-account'],
    ['owen', 'nobody', 404, 'unknown-account'],
    ['sam', 'gil', 403, 'forbidden'],
  ] as const)('by %s of %s is refused', async (person, accountId, status, code) => {
    await expect(
      harness.send(person, 'POST', `/accounts/${accountId}/reset-password`),
    ).resolves.toMatchObject({
      status,
      body: { code },
    });
  });
});
