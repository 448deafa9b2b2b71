import { fail, succeed, type Clock, type Grant, type Result } from '@sightline/shared';
import type { AccountPatch, AccountRecord, AccountsRepository } from '../db/accounts.ts';
import type { OrganisationRepository } from '../db/organisation.ts';
import { isActiveOwner, isWellFormed, mayGrant, mayManage } from './accountAuthority.ts';
import type { Reach } from './authorise.ts';
import { oneTimePassword, type Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import type { SignedIn } from './signedIn.ts';

/** Why something was not done to an account. */
export type AccountRefusal =
  | 'unknown-account'
  | 'bad-grant'
  | 'unknown-company'
  | 'unknown-group'
  | 'beyond-authority'
  | 'email-taken'
  | 'own-account'
  | 'last-owner';

/** Who manages accounts, and where he may. */
export interface AccountManager {
  readonly caller: SignedIn;
  /** Of the permission `accounts.manage`. */
  readonly reach: Reach;
}

/** An account as it was and as it is. */
export interface AccountChange {
  before: AccountRecord;
  after: AccountRecord;
}

/** Manages the accounts of others. */
export interface AccountAdministration {
  list(by: AccountManager): Promise<AccountRecord[]>;
  create(
    by: AccountManager,
    order: Pick<AccountRecord, 'email' | 'name' | 'grants'>,
  ): Promise<Result<{ account: AccountRecord; oneTimePassword: string }, AccountRefusal>>;
  /** Other grants, and being disabled, end the account's sessions. */
  change(
    by: AccountManager,
    accountId: string,
    change: { name?: string; grants?: Grant[]; disabled?: boolean },
  ): Promise<Result<AccountChange, AccountRefusal>>;
  /** Gives it a one-time password, takes away its second factor, which may be lost too, and ends its sessions. */
  resetPassword(
    by: AccountManager,
    accountId: string,
  ): Promise<Result<{ account: AccountRecord; oneTimePassword: string }, AccountRefusal>>;
}

/** Builds {@link AccountAdministration}. */
export function createAccountAdministration(deps: {
  accounts: Pick<AccountsRepository, 'add' | 'find' | 'list' | 'change'>;
  organisation: Pick<OrganisationRepository, 'findCompany' | 'findGroup'>;
  sessions: Pick<Sessions, 'endAll'>;
  passwords: Pick<Passwords, 'hash'>;
  newId: () => string;
  clock: Clock;
}): AccountAdministration {
  const { accounts, organisation } = deps;
  const inTurn = createTurns();

  const findRefusal = async ({ reach }: AccountManager, grants: readonly Grant[]) => {
    for (const grant of grants) {
      const { companyId, groupId } = grant;
      if (!isWellFormed(grant)) return 'bad-grant';
      if (!mayGrant(reach, grant)) return 'beyond-authority';
      if (companyId === null) continue;
      if ((await organisation.findCompany(companyId)) === undefined) return 'unknown-company';
      if (groupId !== null && (await organisation.findGroup(companyId, groupId)) === undefined) {
        return 'unknown-group';
      }
    }
    return undefined;
  };

  const findManaged = async ({ reach }: AccountManager, accountId: string) => {
    const account = await accounts.find(accountId);
    return account !== undefined && mayManage(reach, account) ? account : undefined;
  };

  const isLastOwner = async (account: AccountRecord): Promise<boolean> =>
    isActiveOwner(account) &&
    !(await accounts.list()).some((each) => each.accountId !== account.accountId && isActiveOwner(each));

  /** Writes a change; undefined only if the account has vanished meanwhile. */
  const write = async (before: AccountRecord, patch: AccountPatch, endsSessions: boolean) => {
    const after = await accounts.change(before.accountId, patch);
    if (after === undefined) return fail('unknown-account' as const);
    if (endsSessions) await deps.sessions.endAll(before.accountId);
    return succeed({ before, after });
  };

  return {
    async list({ reach }) {
      return (await accounts.list()).filter((account) => mayManage(reach, account));
    },

    async create(by, { email, name, grants }) {
      const refusal = await findRefusal(by, grants);
      if (refusal !== undefined) return fail(refusal);
      const password = oneTimePassword();
      const account: AccountRecord = {
        accountId: deps.newId(),
        email,
        name,
        passwordHash: await deps.passwords.hash(password),
        mustChangePassword: true,
        totpSecret: null,
        totpLastStep: null,
        oidcSubject: null,
        disabled: false,
        createdAtMs: deps.clock.nowMs(),
        grants: withoutDuplicates(grants),
      };
      if (!(await accounts.add(account))) return fail('email-taken');
      return succeed({ account, oneTimePassword: password });
    },

    change: (by, accountId, { name, grants, disabled }) =>
      inTurn(async () => {
        const before = await findManaged(by, accountId);
        if (before === undefined) return fail('unknown-account');
        if (disabled === true && by.caller.principal.accountId === accountId) return fail('own-account');
        const refusal = await findRefusal(by, grants ?? []);
        if (refusal !== undefined) return fail(refusal);
        const patch: AccountPatch = {
          ...(name === undefined ? {} : { name }),
          ...(grants === undefined ? {} : { grants: withoutDuplicates(grants) }),
          ...(disabled === undefined ? {} : { disabled }),
        };
        if (!isActiveOwner({ ...before, ...patch }) && (await isLastOwner(before))) return fail('last-owner');
        const endsSessions =
          disabled === true || (grants !== undefined && !sameGrants(grants, before.grants));
        return write(before, patch, endsSessions);
      }),

    async resetPassword(by, accountId) {
      if (by.caller.principal.accountId === accountId) return fail('own-account');
      if ((await findManaged(by, accountId)) === undefined) return fail('unknown-account');
      const password = oneTimePassword();
      const passwordHash = await deps.passwords.hash(password);
      const written = await inTurn(async () => {
        const before = await findManaged(by, accountId);
        if (before === undefined) return fail('unknown-account' as const);
        return write(before, { passwordHash, mustChangePassword: true, totpSecret: null }, true);
      });
      return written.ok ? succeed({ account: written.value.after, oneTimePassword: password }) : written;
    },
  };
}

const keyOf = ({ role, companyId, groupId }: Grant): string => JSON.stringify([role, companyId, groupId]);

const withoutDuplicates = (grants: readonly Grant[]): Grant[] => [
  ...new Map(grants.map((grant) => [keyOf(grant), grant])).values(),
];

const setOf = (grants: readonly Grant[]): string => [...new Set(grants.map(keyOf))].sort().join();

const sameGrants = (one: readonly Grant[], other: readonly Grant[]): boolean => setOf(one) === setOf(other);

/** Runs tasks one after the other: two owners who remove each other at the same time must not both succeed. */
function createTurns(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const turn = last.then(task, task);
    last = turn;
    return turn;
  };
}
