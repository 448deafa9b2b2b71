import {
  account as accountSchema,
  accountChange,
  accountList,
  accountOrder,
  accountWithPassword,
  id,
  type Account,
  type AuditAction,
  type Grant,
  type Result,
} from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import * as z from 'zod';
import { requestedBy } from '../audit/actors.ts';
import type { AuditLog, AuditRecord } from '../audit/auditLog.ts';
import type { AccountRecord } from '../db/accounts.ts';
import type { AccountAdministration, AccountRefusal } from '../identity/accountAdministration.ts';
import type { Api } from './route.ts';

/** What the routes of accounts need. */
export interface AccountsRoutesDeps {
  administration: AccountAdministration;
  /** Who has a dashboard open. */
  accountsOnline: { isOnline(accountId: string): boolean };
  auditLog: AuditLog;
}

const ACCOUNTS = '/api/v1/accounts';
const accountParams = z.object({ accountId: id });

/** `/api/v1/accounts` */
export function accountsRoutes(
  api: Api,
  { administration, accountsOnline, auditLog }: AccountsRoutesDeps,
): void {
  const toAccount = ({
    accountId,
    email,
    name,
    grants,
    disabled,
    totpSecret,
    createdAtMs,
  }: AccountRecord): Account => ({
    accountId,
    email,
    name,
    grants,
    disabled,
    hasTotp: totpSecret !== null,
    online: accountsOnline.isOnline(accountId),
    createdAtMs,
  });

  /** Puts it on record in every company concerned; each learns of its own grants only. */
  const record = async (
    action: AuditAction,
    { accountId, email, grants }: AccountRecord,
    before: readonly Grant[],
    what: Pick<AuditRecord, 'actor' | 'address' | 'details'>,
  ): Promise<void> => {
    const companies = new Set([...before, ...grants].map(({ companyId }) => companyId));
    const chains = companies.size === 0 ? [null] : [...companies];
    await Promise.all(
      chains.map((companyId) => {
        const ofCompany = grants.filter((grant) => grant.companyId === companyId);
        const details = {
          accountId,
          email,
          grants: ofCompany.map(describeGrant).join(', '),
          ...what.details,
        };
        return auditLog.record({ ...what, companyId, action, details });
      }),
    );
  };

  api.route({
    method: 'GET',
    url: ACCOUNTS,
    summary: 'Lists the accounts that you may manage.',
    access: 'accounts.manage',
    input: {},
    response: accountList,
    handler: async (_input, context) => ({
      accounts: (await administration.list(context)).map(toAccount),
    }),
  });

  api.route({
    method: 'POST',
    url: ACCOUNTS,
    summary: 'Creates an account. The password for its first sign-in is shown this once.',
    access: 'accounts.manage',
    input: { body: accountOrder },
    response: accountWithPassword,
    handler: async ({ body }, context) => {
      const { account, oneTimePassword } = valueOf(await administration.create(context, body));
      await record('account-created', account, [], requestedBy(context));
      return { account: toAccount(account), oneTimePassword };
    },
  });

  api.route({
    method: 'PATCH',
    url: `${ACCOUNTS}/:accountId`,
    summary: 'Changes an account. Other grants, and being disabled, sign it out everywhere.',
    access: 'accounts.manage',
    input: { params: accountParams, body: accountChange },
    response: accountSchema,
    handler: async ({ params, body }, context) => {
      const { before, after } = valueOf(await administration.change(context, params.accountId, body));
      const details = { name: after.name, disabled: after.disabled };
      await record('account-changed', after, before.grants, { ...requestedBy(context), details });
      return toAccount(after);
    },
  });

  api.route({
    method: 'POST',
    url: `${ACCOUNTS}/:accountId/reset-password`,
    summary: 'Gives an account a one-time password, shown this once, and removes its second factor.',
    access: 'accounts.manage',
    input: { params: accountParams },
    response: accountWithPassword,
    handler: async ({ params }, context) => {
      const { account, oneTimePassword } = valueOf(
        await administration.resetPassword(context, params.accountId),
      );
      await record('password-reset', account, [], requestedBy(context));
      return { account: toAccount(account), oneTimePassword };
    },
  });
}

const REFUSALS: Readonly<Record<AccountRefusal, readonly [status: number, detail: string]>> = {
  'unknown-account': [404, 'There is no such account.'],
  'bad-grant': [400, 'Owners have a role in all companies; every other role is in one of them.'],
  'unknown-company': [400, 'A grant names a company that does not exist.'],
  'unknown-group': [400, 'A grant names a group that its company does not have.'],
  'beyond-authority': [403, 'You can only give roles in companies that you administer.'],
  'email-taken': [409, 'There is an account with this e-mail address.'],
  'own-account': [409, 'Ask another administrator to do this to your own account.'],
  'last-owner': [409, 'There must be an owner; make somebody else one first.'],
};

function valueOf<T>(result: Result<T, AccountRefusal>): T {
  if (result.ok) return result.value;
  const [status, detail] = REFUSALS[result.error];
  throw new HttpProblem(status, result.error, detail);
}

const describeGrant = ({ role, groupId }: Grant): string =>
  groupId === null ? role : `${role} of ${groupId}`;
