import { describe, expect, it } from '@jest/globals';
import type { Grant, Role } from '@sightline/shared';
import { isOwner, mayAnywhere, mayIn, type PagePermission } from './permissions.ts';

const grant = (role: Role, companyId: string | null, groupId: string | null = null): Grant => ({
  role,
  companyId,
  groupId,
});
const ofAuditors: PagePermission[] = [
  'recordings.view',
  'recordings.export',
  'holds.manage',
  'storage.view',
  'audit.view',
];
const all: PagePermission[] = ['live.view', ...ofAuditors, 'manage', 'companies.create'];

describe('what a page shows', () => {
  it.each<[Role, string[]]>([
    ['owner', all],
    ['admin', ['live.view', ...ofAuditors, 'manage']],
    ['supervisor', ['live.view']],
    ['compliance', ofAuditors],
  ])('follows the role %s', (role, allowed) => {
    const grants = [grant(role, role === 'owner' ? null : 'c1')];
    expect(all.filter((permission) => mayAnywhere(grants, permission))).toEqual(allowed);
  });

  it('is of the companies that were granted', () => {
    const grants = [grant('admin', 'c1'), grant('supervisor', 'c2')];
    expect(mayIn(grants, 'manage', 'c1')).toBe(true);
    expect(mayIn(grants, 'manage', 'c2')).toBe(false);
    expect(mayIn([grant('owner', null)], 'manage', 'c9')).toBe(true);
  });

  it('leaves the company alone where only a group was granted', () => {
    const grants = [grant('admin', 'c1', 'g1')];
    expect(mayIn(grants, 'manage', 'c1')).toBe(false);
    expect(mayIn(grants, 'live.view', 'c1')).toBe(true);
    expect(isOwner(grants)).toBe(false);
  });
});
