import { inject, type InjectionKey } from 'vue';
import { createAccountsApi, type AccountsApi } from './accountsApi.ts';
import { createAuditApi, type AuditApi } from './auditApi.ts';
import { createExportsApi, type ExportsApi } from './exportsApi.ts';
import { createHoldsApi, type HoldsApi } from './holdsApi.ts';
import type { Http } from './http.ts';
import { createIdentityApi, type IdentityApi } from './identityApi.ts';
import { createOrganisationApi, type OrganisationApi } from './organisationApi.ts';
import { createRecordingsApi, type RecordingsApi } from './recordingsApi.ts';
import { createStorageApi, type StorageApi } from './storageApi.ts';

/** The HTTP API, by subject. All of it throws {@link ApiError}. */
export interface Api {
  identity: IdentityApi;
  organisation: OrganisationApi;
  accounts: AccountsApi;
  audit: AuditApi;
  recordings: RecordingsApi;
  exports: ExportsApi;
  holds: HoldsApi;
  storage: StorageApi;
}

/** Builds the {@link Api}. */
export const createApi = (http: Http): Api => ({
  identity: createIdentityApi(http),
  organisation: createOrganisationApi(http),
  accounts: createAccountsApi(http),
  audit: createAuditApi(http),
  recordings: createRecordingsApi(http),
  exports: createExportsApi(http),
  holds: createHoldsApi(http),
  storage: createStorageApi(http),
});

/** Under which the {@link Api} is provided to the app. */
export const apiKey: InjectionKey<Api> = Symbol('api');

/** The {@link Api} of the app. */
export function useApi(): Api {
  const api = inject(apiKey);
  if (api === undefined) throw new Error('This page needs an app that provides `apiKey`.');
  return api;
}
