import type { ClientView, Company, Group } from '@sightline/shared';
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { OrganisationApi } from '../api/organisationApi.ts';

/** The companies in which the account has a role, and their groups: what ids stand for. */
export const useOrganisationStore = defineStore('organisation', () => {
  const companies = shallowRef<readonly Company[]>([]);
  const groups = shallowRef<readonly Group[]>([]);
  const loaded = shallowRef(false);
  const companyNames = computed(
    () => new Map(companies.value.map(({ companyId, name }) => [companyId, name])),
  );
  const groupNames = computed(() => new Map(groups.value.map(({ groupId, name }) => [groupId, name])));

  /** @throws {ApiError} */
  async function load(api: Pick<OrganisationApi, 'companies' | 'groups'>): Promise<void> {
    const all = await api.companies();
    const groupLists = await Promise.all(all.map(({ companyId }) => api.groups(companyId)));
    companies.value = all;
    groups.value = groupLists.flat();
    loaded.value = true;
  }

  /** Whether a client belongs to something without a name here: it was made after the last `load`. */
  const isUnknown = ({ companyId, groupId }: ClientView): boolean =>
    !companyNames.value.has(companyId) || (groupId !== null && !groupNames.value.has(groupId));

  const companyName = (companyId: string): string => companyNames.value.get(companyId) ?? 'Unknown company';
  /** Empty for what is in no group. */
  const groupName = (groupId: string | null): string =>
    groupId === null ? '' : (groupNames.value.get(groupId) ?? 'Unknown group');
  const groupsOf = (companyId: string): Group[] =>
    groups.value.filter((group) => group.companyId === companyId);

  return { companies, groups, loaded, load, isUnknown, companyName, groupName, groupsOf };
});
