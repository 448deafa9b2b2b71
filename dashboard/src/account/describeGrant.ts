import type { Grant, Role } from '@sightline/shared';

/** What roles are called, and what they are for. */
export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  owner: 'Owner',
  admin: 'Administrator',
  supervisor: 'Supervisor',
  compliance: 'Compliance',
};

/** Puts a grant into words, as `Supervisor, Acme, Tills`. */
export function describeGrant(
  { role, companyId, groupId }: Grant,
  names: { companyName: (companyId: string) => string; groupName: (groupId: string | null) => string },
): string {
  const place = companyId === null ? 'all companies' : names.companyName(companyId);
  return [ROLE_NAMES[role], place, names.groupName(groupId)].filter((word) => word !== '').join(', ');
}
