import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createAuditLog } from '../audit/auditLog.ts';
import { openSqliteDatabase, type Database } from '../db/database.ts';
import { createRepositories, type Repositories } from '../db/repositories.ts';
import { bootstrapOwner } from './ownerBootstrap.ts';
import { createPasswords } from './passwords.ts';

const passwords = createPasswords({ memoryKib: 8, passes: 1, parallelism: 1 });
let database: Database;
let repositories: Repositories;
let printed: string[];

beforeEach(async () => {
  database = await openSqliteDatabase(':memory:');
  repositories = createRepositories(database);
  printed = [];
});
afterEach(() => database.destroy());

const clock = createManualClock(1_000);

const start = (ownerPassword?: string, print = (text: string) => void printed.push(text)): Promise<void> =>
  bootstrapOwner({
    ...repositories,
    auditLog: createAuditLog({
      repository: repositories.audit,
      clock,
      logger: createLogger('test', 'silent'),
    }),
    passwords,
    ownerEmail: 'owner@localhost',
    ownerPassword,
    companyName: 'Acme',
    clock,
    print,
  });

describe('the first start', () => {
  it('makes an owner, a company and a password that is printed, once', async () => {
    const { accounts, organisation } = repositories;
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

  it('puts on record what it made', async () => {
    await start();
    await start();
    const [owner] = await repositories.accounts.list();
    const [company] = await repositories.organisation.listCompanies();
    const actor = { kind: 'server', id: 'server', name: 'server' };
    await expect(repositories.audit.read(null, 0, 10)).resolves.toMatchObject([
      {
        action: 'account-created',
        actor,
        details: { accountId: owner?.accountId, email: 'owner@localhost', grants: 'owner' },
      },
    ]);
    await expect(repositories.audit.read(company?.companyId ?? '', 0, 10)).resolves.toMatchObject([
      { action: 'company-created', actor, details: { name: 'Acme' } },
    ]);
  });

  it('takes a password from the environment, and prints nothing', async () => {
    await start('given by the environment');
    const [owner] = await repositories.accounts.list();
    expect(owner?.mustChangePassword).toBe(false);
    await expect(passwords.verify('given by the environment', owner?.passwordHash)).resolves.toBe(true);
    expect(printed).toEqual([]);
  });

  it('leaves all to the next one if it is cut short', async () => {
    const cutShort = start(undefined, () => {
      throw new Error('killed');
    });
    await expect(cutShort).rejects.toThrow('killed');
    await start();
    await expect(repositories.accounts.count()).resolves.toBe(1);
    await expect(repositories.organisation.listCompanies()).resolves.toHaveLength(1);
    expect(printed).toHaveLength(1);
  });

  it('of two servers at once makes one owner, whose password is the one that is printed', async () => {
    await Promise.all([start(), start()]);
    await expect(repositories.accounts.count()).resolves.toBe(1);
    await expect(repositories.organisation.listCompanies()).resolves.toHaveLength(1);
    expect(printed).toHaveLength(1);
  });
});
