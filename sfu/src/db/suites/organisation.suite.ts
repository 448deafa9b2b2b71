import { describe, expect, it } from '@jest/globals';
import { createAccountsRepository } from '../accounts.ts';
import { createDevicesRepository } from '../devices.ts';
import { createOrganisationRepository } from '../organisation.ts';
import { accountOf, companyOf, newDevice, tokenOf } from './fixtures.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

/** What companies and groups must do on every database. */
export function organisationSuite(create: CreateEmptyDatabase): void {
  describe('organisation', () => {
    const database = freshDatabase(create);
    const organisation = () => createOrganisationRepository(database());
    const group = (groupId: string, name: string, companyId = 'c1') => ({ groupId, companyId, name });

    it('keeps companies and changes only what it is told to', async () => {
      await organisation().addCompany(companyOf('c2'));
      await organisation().addCompany(companyOf('c1'));
      expect(await organisation().listCompanies()).toEqual([companyOf('c1'), companyOf('c2')]);
      expect(await organisation().changeCompany('c1', { name: 'Ours' })).toEqual({
        ...companyOf('c1'),
        name: 'Ours',
      });
      expect(await organisation().changeCompany('c1', { idleThresholdMs: 60_000 })).toMatchObject({
        name: 'Ours',
        idleThresholdMs: 60_000,
      });
      expect(await organisation().findCompany('c1')).toMatchObject({ name: 'Ours', idleThresholdMs: 60_000 });
      const retention = { maxAgeMs: 30 * 86_400_000, maxBytes: 5_000_000_000_000, minAgeMs: 0 };
      expect(await organisation().changeCompany('c1', { retention })).toMatchObject({
        name: 'Ours',
        retention,
      });
      expect(await organisation().findCompany('c1')).toMatchObject({ retention });
      expect(await organisation().changeCompany('none', { name: 'x' })).toBeUndefined();
      expect(await organisation().findCompany('none')).toBeUndefined();
    });

    it('gives a name to one group of a company only', async () => {
      await organisation().addCompany(companyOf('c1'));
      await organisation().addCompany(companyOf('c2'));
      expect(await organisation().addGroup(group('g1', 'Sales'))).toBe(true);
      expect(await organisation().addGroup(group('g2', 'Sales'))).toBe(false);
      expect(await organisation().addGroup(group('g3', 'Sales', 'c2'))).toBe(true);
      expect(await organisation().addGroup(group('g4', 'Finance'))).toBe(true);
      expect(await organisation().renameGroup('c1', 'g4', 'Sales')).toBe('taken');
      expect(await organisation().renameGroup('c1', 'g4', 'Finance')).toEqual(group('g4', 'Finance'));
      expect(await organisation().renameGroup('c2', 'g4', 'Mine')).toBeUndefined();
      expect(await organisation().listGroups('c1')).toEqual([group('g4', 'Finance'), group('g1', 'Sales')]);
    });

    it('finds a group only in its company', async () => {
      await organisation().addCompany(companyOf('c1'));
      await organisation().addGroup(group('g1', 'Sales'));
      expect(await organisation().findGroup('c1', 'g1')).toEqual(group('g1', 'Sales'));
      expect(await organisation().findGroup('c2', 'g1')).toBeUndefined();
      expect(await organisation().deleteGroup('c2', 'g1')).toBeUndefined();
    });

    it('takes devices and tokens out of a group that goes, and grants for it with it', async () => {
      const devices = createDevicesRepository(database());
      const accounts = createAccountsRepository(database());
      await organisation().addCompany(companyOf('c1'));
      await organisation().addGroup(group('g1', 'Sales'));
      await organisation().addGroup(group('g2', 'Finance'));
      await devices.addEnrolmentToken(tokenOf('t1', { groupId: 'g1' }));
      await devices.addEnrolmentToken(tokenOf('t2', { groupId: 'g2' }));
      await devices.enrol('secret of t1', 2_000, newDevice('d1'));
      await devices.enrol('secret of t2', 2_000, newDevice('d2'));
      const kept = { role: 'supervisor' as const, companyId: 'c1', groupId: 'g2' };
      await accounts.add(
        accountOf('a1', { grants: [{ role: 'compliance', companyId: 'c1', groupId: 'g1' }, kept] }),
      );

      expect(await organisation().deleteGroup('c1', 'g1')).toEqual({
        devices: [await devices.find('c1', 'd1')],
        accountIds: ['a1'],
      });
      expect(await organisation().deleteGroup('c1', 'g1')).toBeUndefined();

      expect(await organisation().listGroups('c1')).toEqual([group('g2', 'Finance')]);
      expect(await devices.find('c1', 'd1')).toMatchObject({ groupId: null });
      expect(await devices.find('c1', 'd2')).toMatchObject({ groupId: 'g2' });
      expect(await devices.enrol('secret of t1', 2_000, newDevice('d3'))).toMatchObject({ groupId: null });
      expect((await accounts.find('a1'))?.grants).toEqual([kept]);
    });
  });
}
