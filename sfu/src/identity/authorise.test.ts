import { describe, expect, it } from '@jest/globals';
import type { Grant, Role } from '@sightline/shared';
import { isWithin, reachOf, type Permission, type Scope } from './authorise.ts';

const PERMISSIONS = [
  'live.view',
  'recordings.view',
  'devices.manage',
  'accounts.manage',
  'company.view',
  'company.manage',
  'companies.create',
  'audit.view',
] as const satisfies readonly Permission[];

const isAllowed = (grants: readonly Grant[], permission: Permission, scope: Scope): boolean =>
  isWithin(reachOf({ accountId: 'a1', name: 'Ann', grants }, permission), scope);
const allowedTo = (grant: Grant, scope: Scope): Permission[] =>
  PERMISSIONS.filter((permission) => isAllowed([grant], permission, scope));

/** What each role may do in its own company, to a device of the group `g1`. */
const TABLE: [Role, readonly Permission[]][] = [
  ['owner', PERMISSIONS],
  ['admin', PERMISSIONS.filter((permission) => permission !== 'companies.create')],
  ['supervisor', ['live.view', 'company.view']],
  ['compliance', ['recordings.view', 'company.view', 'audit.view']],
];

describe('a role', () => {
  it.each(TABLE)('%s allows what it says', (role, permissions) => {
    const grant = { role, companyId: role === 'owner' ? null : 'c1', groupId: null };
    expect(allowedTo(grant, { companyId: 'c1' })).toEqual(permissions);
    expect(allowedTo(grant, { companyId: 'c1', groupId: null })).toEqual(permissions);
    expect(allowedTo(grant, { companyId: 'c1', groupId: 'g1' })).toEqual(permissions);
  });

  it('of one company allows nothing in another, nor what belongs to none', () => {
    for (const role of ['admin', 'supervisor', 'compliance'] as const) {
      const grant = { role, companyId: 'c1', groupId: null };
      expect(allowedTo(grant, { companyId: 'c2', groupId: 'g1' })).toEqual([]);
      expect(allowedTo(grant, { companyId: null })).toEqual([]);
    }
  });

  it('of an owner reaches what belongs to no company', () => {
    const grant = { role: 'owner', companyId: null, groupId: null } as const;
    expect(allowedTo(grant, { companyId: null })).toEqual(PERMISSIONS);
  });

  it('other than owner, without a company, allows nothing', () => {
    const grant = { role: 'admin', companyId: null, groupId: null } as const;
    expect(allowedTo(grant, { companyId: 'c1' })).toEqual([]);
    expect(allowedTo(grant, { companyId: null })).toEqual([]);
  });

  it.each(TABLE.slice(1))('%s of one group is about its devices only', (role, permissions) => {
    const grant = { role, companyId: 'c1', groupId: 'g1' };
    const ofDevices = permissions.filter(
      (permission) => /view$/.test(permission) && permission !== 'audit.view',
    );
    expect(allowedTo(grant, { companyId: 'c1', groupId: 'g1' })).toEqual(ofDevices);
    for (const scope of [{ groupId: 'g2' }, { groupId: null }, {}]) {
      expect(allowedTo(grant, { companyId: 'c1', ...scope })).toEqual([]);
    }
  });
});

describe('several roles', () => {
  const ofGroup = { role: 'supervisor', companyId: 'c1', groupId: 'g1' } as const;
  const ofCompany = { role: 'supervisor', companyId: 'c1', groupId: null } as const;

  it('add up, in whatever order', () => {
    for (const grants of [
      [ofGroup, ofCompany],
      [ofCompany, ofGroup],
    ]) {
      expect(isAllowed(grants, 'live.view', { companyId: 'c1' })).toBe(true);
    }
    const groups = [ofGroup, { ...ofGroup, groupId: 'g2' }];
    expect(isAllowed(groups, 'live.view', { companyId: 'c1', groupId: 'g2' })).toBe(true);
    expect(isAllowed(groups, 'live.view', { companyId: 'c1' })).toBe(false);
  });
});
