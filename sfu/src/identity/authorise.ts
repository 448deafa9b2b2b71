import type { Grant, Role } from '@sightline/shared';

/** Everything that a role can allow. */
export type Permission =
  | 'live.view'
  | 'recordings.view'
  | 'recordings.export'
  | 'holds.manage'
  | 'storage.view'
  | 'devices.manage'
  | 'accounts.manage'
  | 'company.view'
  | 'company.manage'
  | 'companies.create'
  | 'audit.view';

const OF_ADMINS: readonly Permission[] = [
  'live.view',
  'recordings.view',
  'recordings.export',
  'holds.manage',
  'storage.view',
  'devices.manage',
  'accounts.manage',
  'company.view',
  'company.manage',
  'audit.view',
];

const ALLOWED: Readonly<Record<Role, readonly Permission[]>> = {
  owner: [...OF_ADMINS, 'companies.create'],
  admin: OF_ADMINS,
  supervisor: ['live.view', 'company.view'],
  compliance: [
    'recordings.view',
    'recordings.export',
    'holds.manage',
    'storage.view',
    'company.view',
    'audit.view',
  ],
};

/** Permissions that are about single devices: a grant for a group gives these, and for the group only. */
const OF_DEVICES: ReadonlySet<Permission> = new Set(['live.view', 'recordings.view', 'company.view']);

/** Somebody who has signed in. */
export interface Principal {
  readonly accountId: string;
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** What something belongs to. `companyId` null: to no company, which is the owners' business. */
export interface Scope {
  readonly companyId: string | null;
  /** The group of the device in question; null: in none. Absent: the company as a whole. */
  readonly groupId?: string | null;
}

/** Where a permission holds: in all companies, or in these, each as a whole or in some of its groups. */
export interface Reach {
  readonly everywhere: boolean;
  readonly companies: ReadonlyMap<string, 'all' | ReadonlySet<string>>;
}

/** Where the principal may do this: the one answer that HTTP routes and socket handlers alike act upon. */
export function reachOf(principal: Principal, permission: Permission): Reach {
  const companies = new Map<string, 'all' | Set<string>>();
  let everywhere = false;
  for (const { role, companyId, groupId } of principal.grants) {
    if (!ALLOWED[role].includes(permission)) continue;
    if (role === 'owner') everywhere = true;
    else if (companyId === null) continue;
    else if (groupId === null) companies.set(companyId, 'all');
    else if (OF_DEVICES.has(permission)) {
      const known = companies.get(companyId) ?? new Set<string>();
      if (known !== 'all') companies.set(companyId, known.add(groupId));
    }
  }
  return { everywhere, companies };
}

/** Whether something lies within reach. */
export function isWithin(reach: Reach, { companyId, groupId }: Scope): boolean {
  if (reach.everywhere) return true;
  const groups = companyId === null ? undefined : reach.companies.get(companyId);
  if (groups === undefined) return false;
  return groups === 'all' || (groupId !== undefined && groupId !== null && groups.has(groupId));
}
