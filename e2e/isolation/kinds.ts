import type { Grant } from '@sightline/shared';

/** Every role that an account can have, in a company or in one group of it. */
export const KINDS = [
  'owner',
  'admin',
  'supervisor',
  'compliance',
  'group-admin',
  'group-supervisor',
  'group-compliance',
  'no-grants',
] as const;

/** One of {@link KINDS}. */
export type Kind = (typeof KINDS)[number];

/** Where the thing is that a cell is about, as seen by who asks. */
export const PLACES = ['own-group', 'other-group', 'other-company', 'nowhere'] as const;

/** One of {@link PLACES}. */
export type PlaceName = (typeof PLACES)[number];

/** A group of a company. */
export interface Place {
  readonly companyId: string;
  readonly groupId: string;
}

/** The grants of a kind whose home is this group. */
export function grantsOf(kind: Kind, { companyId, groupId }: Place): Grant[] {
  switch (kind) {
    case 'owner':
      return [{ role: 'owner', companyId: null, groupId: null }];
    case 'admin':
    case 'supervisor':
    case 'compliance':
      return [{ role: kind, companyId, groupId: null }];
    case 'group-admin':
      return [{ role: 'admin', companyId, groupId }];
    case 'group-supervisor':
      return [{ role: 'supervisor', companyId, groupId }];
    case 'group-compliance':
      return [{ role: 'compliance', companyId, groupId }];
    case 'no-grants':
      return [];
  }
}
