import {
  account,
  accountList,
  accountWithPassword,
  type Account,
  type accountChange,
  type accountOrder,
} from '@sightline/shared';
import type * as z from 'zod';
import { part, type Http } from './http.ts';

/** An account, and the password for its first sign-in. */
export type AccountWithPassword = z.output<typeof accountWithPassword>;

/** The accounts of those who use dashboards. */
export interface AccountsApi {
  list(): Promise<Account[]>;
  create(order: z.input<typeof accountOrder>): Promise<AccountWithPassword>;
  change(accountId: string, change: z.input<typeof accountChange>): Promise<Account>;
  /** Ends the account's sessions, removes its second factor and makes a new one-time password. */
  resetPassword(accountId: string): Promise<AccountWithPassword>;
}

/** Builds the {@link AccountsApi}. */
export function createAccountsApi({ ask }: Http): AccountsApi {
  const of = (accountId: string): string => `/accounts/${part(accountId)}`;
  return {
    list: async () => (await ask({ method: 'GET', path: '/accounts', answer: accountList })).accounts,
    create: (body) => ask({ method: 'POST', path: '/accounts', body, answer: accountWithPassword }),
    change: (accountId, body) => ask({ method: 'PATCH', path: of(accountId), body, answer: account }),
    resetPassword: (accountId) =>
      ask({ method: 'POST', path: `${of(accountId)}/reset-password`, answer: accountWithPassword }),
  };
}
