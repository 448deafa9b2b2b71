import type { Grant } from '@sightline/shared';
import type { Reach } from './authorise.ts';

/** Whether who manages accounts within `reach` may give or take this grant. Only owners make owners. */
export function mayGrant(reach: Reach, { role, companyId }: Grant): boolean {
  if (reach.everywhere) return true;
  return role !== 'owner' && companyId !== null && reach.companies.get(companyId) === 'all';
}

/**
 * Whether who manages accounts within `reach` may see and change an account: all of its grants have to lie within.
 * One that has none is the owners' business, for nobody can tell whose it was.
 */
export function mayManage(reach: Reach, { grants }: { readonly grants: readonly Grant[] }): boolean {
  return reach.everywhere || (grants.length > 0 && grants.every((grant) => mayGrant(reach, grant)));
}

/** Whether a grant says something at all: owners are of all companies, everybody else is of one. */
export function isWellFormed({ role, companyId, groupId }: Grant): boolean {
  return role === 'owner' ? companyId === null && groupId === null : companyId !== null;
}

/** Whether the account may do everything, now. */
export function isActiveOwner(account: {
  readonly disabled: boolean;
  readonly grants: readonly Grant[];
}): boolean {
  return !account.disabled && account.grants.some(({ role }) => role === 'owner');
}
