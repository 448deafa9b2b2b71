import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createManualClock } from '@sightline/shared/testing';
import { createAccountsRepository, type AccountsRepository } from '../db/accounts.ts';
import { openSqliteDatabase, type Database } from '../db/database.ts';
import { createOrganisationRepository, type OrganisationRepository } from '../db/organisation.ts';
import { bootstrapOwner } from './ownerBootstrap.ts';
import { createPasswords } from './passwords.ts';

const passwords = createPasswords({ memoryKib: 8, passes: 1, parallelism: 1 });
let database: Database;
let accounts: AccountsRepository;
let organisation: OrganisationRepository;
let printed: string[];

beforeEach(async () => {
  database = await openSqliteDatabase(':memory:');
  accounts = createAccountsRepository(database);
  organisation = createOrganisationRepository(database);
  printed = [];
});
afterEach(() => database.destroy());

const start = (ownerPassword?: string): Promise<void> =>
  bootstrapOwner({
    accounts,
    organisation,
    passwords,
    ownerEmail: 'owner@localhost',
    ownerPassword,
    companyName: 'Acme',
    clock: createManualClock(1_000),
    print: (text) => printed.push(text),
  });

describe('the first start', () => {
  it('makes an owner, a company and a password that is printed, once', async () => {
    await start();
    await start();
    expect(printed).toHaveLength(1);
    const [, password] = /password {2}(\S+)\n/.exec(printed[0] ?? '') ?? [];
    const [owner, ...others] = await accounts.list();
    expect(others).toEqual([]);
    expect(owner).toMatchObject({
      email: 'owner@localhost',
      mustChangePassword: true,
      grants: [{ role: 'owner', companyId: null, groupId: null }],
    });
    await expect(passwords.verify(password ?? '', owner?.passwordHash)).resolves.toBe(true);
    await expect(organisation.listCompanies()).resolves.toMatchObject([
      { name: 'Acme', idleThresholdMs: 600_000 },
    ]);
  });

  it('takes a password from the environment, and prints nothing', async () => {
    await start('given by the environment');
    const [owner] = await accounts.list();
    expect(owner?.mustChangePassword).toBe(false);
    await expect(passwords.verify('given by the environment', owner?.passwordHash)).resolves.toBe(true);
    expect(printed).toEqual([]);
  });

  it('of two servers at once makes one owner, whose password is the one that is printed', async () => {
    await Promise.all([start(), start()]);
    await expect(accounts.count()).resolves.toBe(1);
    await expect(organisation.listCompanies()).resolves.toHaveLength(1);
    expect(printed).toHaveLength(1);
  });
});
