import type { Company, Group } from '@sightline/shared';
import type { Database } from './database.ts';

/** Companies and the groups of their devices. */
export interface OrganisationRepository {
  addCompany(company: Company): Promise<void>;
  listCompanies(): Promise<Company[]>;
  findCompany(companyId: string): Promise<Company | undefined>;
  changeCompany(
    companyId: string,
    change: { name?: string; idleThresholdMs?: number },
  ): Promise<Company | undefined>;
  /** False: the company has a group of that name. */
  addGroup(group: Group): Promise<boolean>;
  listGroups(companyId: string): Promise<Group[]>;
  findGroup(companyId: string, groupId: string): Promise<Group | undefined>;
  /** `taken`: the company has another group of that name. */
  renameGroup(companyId: string, groupId: string, name: string): Promise<Group | 'taken' | undefined>;
  /** Its devices and tokens are in no group then, and grants for it go. False: the company has no such group. */
  deleteGroup(companyId: string, groupId: string): Promise<boolean>;
}
