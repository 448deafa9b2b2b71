import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@sightline/shared/node';
import { createManualClock } from '@sightline/shared/testing';
import { createAuditLog } from '../audit/auditLog.ts';
import { openSqliteDatabase, type Database } from '../db/database.ts';
import { createRepositories, type Repositories } from '../db/repositories.ts';
import { accountOf, sessionOf } from '../db/suites/fixtures.ts';
import { resetOwner } from './ownerReset.ts';
import { createPasswords } from './passwords.ts';

const passwords = createPasswords({ memoryKib: 8, passes: 1, parallelism: 1 });
let database: Database;
let repositories: Repositories;

beforeEach(async () => {
  database = await openSqliteDatabase(':memory:');
  repositories = createRepositories(database);
});
afterEach(() => database.destroy());

const addOwner = (accountId: string, email: string, change = {}) =>
  repositories.accounts.add(
    accountOf(accountId, { email, grants: [{ role: 'owner', companyId: null, groupId: null }], ...change }),
  );

const reset = (email?: string) => {
  const logger = createLogger('test', 'silent');
  const auditLog = createAuditLog({ repository: repositories.audit, clock: createManualClock(), logger });
  return resetOwner({ accounts: repositories.accounts, auditLog, passwords }, email);
};

describe('an owner who has lost the password', () => {
  it('gets one for a sign-in, without second factor and sessions, and that is on record', async () => {
    await addOwner('o1', 'owen@example.org', { totpSecret: 'encrypted' });
    await repositories.accounts.addSession(sessionOf('s1', { accountId: 'o1' }));
    const answer = await reset();
    const password = answer.ok ? answer.value.oneTimePassword : '';
    const owner = await repositories.accounts.find('o1');
    expect(owner).toMatchObject({ mustChangePassword: true, totpSecret: null });
    await expect(passwords.verify(password, owner?.passwordHash)).resolves.toBe(true);
    await expect(repositories.accounts.findSession('s1', 0)).resolves.toBeUndefined();
    await expect(repositories.audit.read(null, 0, 10)).resolves.toMatchObject([
      { action: 'password-reset', actor: { kind: 'server' }, details: { email: 'owen@example.org' } },
    ]);
  });

  it('has to be named if there are several, and must be an owner who is not disabled', async () => {
    await addOwner('o1', 'owen@example.org', { passwordHash: 'untouched' });
    await addOwner('o2', 'olga@example.org');
    await addOwner('o3', 'gone@example.org', { disabled: true });
    const owners = ['olga@example.org', 'owen@example.org'];
    await expect(reset()).resolves.toEqual({ ok: false, error: { owners } });
    await expect(reset('gone@example.org')).resolves.toEqual({ ok: false, error: { owners } });
    await expect(reset('Olga@Example.org')).resolves.toMatchObject({ ok: true });
    await expect(repositories.accounts.find('o1')).resolves.toMatchObject({ passwordHash: 'untouched' });
  });
});
