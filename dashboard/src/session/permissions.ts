import type { Grant, Role } from '@sightline/shared';

/** What pages ask for. The server decides by itself; this only hides what it would refuse. */
export type PagePermission =
  | 'live.view'
  | 'recordings.view'
  | 'recordings.export'
  | 'holds.manage'
  | 'storage.view'
  | 'audit.view'
  | 'manage'
  | 'companies.create';

const ROLES: Readonly<Record<PagePermission, readonly Role[]>> = {
  'live.view': ['owner', 'admin', 'supervisor'],
  'recordings.view': ['owner', 'admin', 'compliance'],
  'recordings.export': ['owner', 'admin', 'compliance'],
  'holds.manage': ['owner', 'admin', 'compliance'],
  'storage.view': ['owner', 'admin', 'compliance'],
  'audit.view': ['owner', 'admin', 'compliance'],
  manage: ['owner', 'admin'],
  'companies.create': ['owner'],
};
/** What a grant for one group of devices is enough for. */
const OF_GROUPS: readonly PagePermission[] = ['live.view', 'recordings.view'];

const counts = (grant: Grant, permission: PagePermission): boolean =>
  ROLES[permission].includes(grant.role) && (grant.groupId === null || OF_GROUPS.includes(permission));

/** Whether there is anywhere that these grants allow it. */
export const mayAnywhere = (grants: readonly Grant[], permission: PagePermission): boolean =>
  grants.some((grant) => counts(grant, permission));

/** Whether these grants allow it in this company. */
export const mayIn = (grants: readonly Grant[], permission: PagePermission, companyId: string): boolean =>
  grants.some(
    (grant) => counts(grant, permission) && (grant.role === 'owner' || grant.companyId === companyId),
  );

/** Whether these grants are for all companies. */
export const isOwner = (grants: readonly Grant[]): boolean => grants.some(({ role }) => role === 'owner');
