import type { Company, Grant } from '@sightline/shared';
import type { Selectable, Updateable } from 'kysely';
import { accountSessions } from './accountSessions.ts';
import { inBatches } from './batches.ts';
import type { Database } from './database.ts';
import { insertCompany } from './organisation.ts';
import type { Schema } from './schema.ts';

/** An account as it is kept. */
export interface AccountRecord {
  accountId: string;
  /** Lower case. */
  email: string;
  name: string;
  /** argon2id in PHC string format. Null: signs in elsewhere only. */
  passwordHash: string | null;
  mustChangePassword: boolean;
  /** Encrypted. Null: no second factor. */
  totpSecret: string | null;
  totpLastStep: number | null;
  oidcSubject: string | null;
  disabled: boolean;
  createdAtMs: number;
  grants: Grant[];
}

/** What of an account can change; what is absent stays. */
export type AccountPatch = Partial<
  Omit<AccountRecord, 'accountId' | 'email' | 'createdAtMs' | 'totpLastStep'>
>;

/** A signed-in browser. */
export interface AccountSession {
  /** SHA-256, hex, of what was in its first cookie: names the session for as long as it lasts. */
  sessionHash: string;
  /** SHA-256, hex, of what is in the cookie now. */
  tokenHash: string;
  /** The same of the cookie before; null until the first rotation. */
  previousHash: string | null;
  accountId: string;
  createdAtMs: number;
  lastUsedAtMs: number;
  expiresAtMs: number;
  address: string;
}

/** Accounts, their grants and their sessions. */
export interface AccountsRepository extends AccountSessionsRepository {
  /** With its grants, in one transaction. False: the e-mail address is taken. */
  add(account: AccountRecord): Promise<boolean>;
  /** The same, with the first company. `beforeCommit` is called when everything but the commit is done. */
  addFirst(account: AccountRecord, company: Company, beforeCommit: () => void): Promise<boolean>;
  count(): Promise<number>;
  find(accountId: string): Promise<AccountRecord | undefined>;
  findByEmail(email: string): Promise<AccountRecord | undefined>;
  findByOidcSubject(subject: string): Promise<AccountRecord | undefined>;
  list(): Promise<AccountRecord[]>;
  /** In one transaction; grants are replaced as a whole. Undefined: there is no such account. */
  change(accountId: string, patch: AccountPatch): Promise<AccountRecord | undefined>;
  /** Accepts a time step once: false if it, or a later one, has been accepted before. */
  useTotpStep(accountId: string, step: number): Promise<boolean>;
}

/** Signed-in browsers. */
export interface AccountSessionsRepository {
  addSession(session: AccountSession): Promise<void>;
  /** Replaces a session's token hash, which becomes its previous one. False: `oldHash` is not its hash any more. */
  rotateSession(
    oldHash: string,
    next: { tokenHash: string; lastUsedAtMs: number; expiresAtMs: number },
  ): Promise<boolean>;
  /** Lets sessions expire later, but none later than `longestMs` after it was created. */
  extendSessions(sessionHashes: readonly string[], expiresAtMs: number, longestMs: number): Promise<void>;
  /** A session whose token hash, or the one before, is this and that has not expired, with its account. */
  findSession(
    tokenHash: string,
    nowMs: number,
  ): Promise<{ session: AccountSession; account: AccountRecord } | undefined>;
  deleteSession(sessionHash: string): Promise<void>;
  /** All of an account, but for one if it is given. Returns the `sessionHash` of those that are gone. */
  deleteSessionsOf(accountId: string, exceptSessionHash?: string): Promise<string[]>;
  /** Returns what is gone. */
  deleteExpiredSessions(nowMs: number): Promise<Pick<AccountSession, 'accountId' | 'sessionHash'>[]>;
}

/** The {@link AccountsRepository} on a database. */
export function createAccountsRepository(database: Database): AccountsRepository {
  const withGrants = async (rows: readonly AccountRow[]): Promise<AccountRecord[]> => {
    const grants: Selectable<Schema['grants']>[] = [];
    for (const batch of inBatches(rows, 1)) {
      const ids = batch.map((row) => row.account_id);
      grants.push(
        ...(await database
          .selectFrom('grants')
          .selectAll()
          .where('account_id', 'in', ids)
          .orderBy('position')
          .execute()),
      );
    }
    const byAccount = Map.groupBy(grants, (grant) => grant.account_id);
    return rows.map((row) => toAccount(row, byAccount.get(row.account_id) ?? []));
  };
  const findBy = async (
    column: 'account_id' | 'email' | 'oidc_subject',
    value: string,
  ): Promise<AccountRecord | undefined> => {
    const rows = await database.selectFrom('accounts').selectAll().where(column, '=', value).execute();
    const [account] = await withGrants(rows);
    return account;
  };

  return {
    add: (account) => database.transaction().execute((transaction) => insertAccount(transaction, account)),
    addFirst: (account, company, beforeCommit) =>
      database.transaction().execute(async (transaction) => {
        if (!(await insertAccount(transaction, account))) return false;
        await insertCompany(transaction, company);
        beforeCommit();
        return true;
      }),
    async count() {
      const { accounts } = await database
        .selectFrom('accounts')
        .select(({ fn }) => fn.countAll<number>().as('accounts'))
        .executeTakeFirstOrThrow();
      return accounts;
    },
    find: (accountId) => findBy('account_id', accountId),
    findByEmail: (email) => findBy('email', email),
    findByOidcSubject: (subject) => findBy('oidc_subject', subject),
    async list() {
      return withGrants(await database.selectFrom('accounts').selectAll().orderBy('email').execute());
    },
    async change(accountId, patch) {
      const known = await database.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('accounts')
          .set((update) => ({
            // Without anything to set there would be no statement, and no lock against another change of the grants.
            account_id: update.ref('account_id'),
            ...toColumns(patch),
          }))
          .where('account_id', '=', accountId)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        if (patch.grants !== undefined) {
          await transaction.deleteFrom('grants').where('account_id', '=', accountId).execute();
          await addGrants(transaction, accountId, patch.grants);
        }
        return true;
      });
      return known ? findBy('account_id', accountId) : undefined;
    },
    async useTotpStep(accountId, step) {
      const { numUpdatedRows } = await database
        .updateTable('accounts')
        .set({ totp_last_step: step })
        .where('account_id', '=', accountId)
        .where((row) => row.or([row('totp_last_step', 'is', null), row('totp_last_step', '<', step)]))
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    ...accountSessions(database, (accountId) => findBy('account_id', accountId)),
  };
}

type AccountRow = Selectable<Schema['accounts']>;

async function insertAccount(transaction: Database, account: AccountRecord): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('accounts')
    .values({
      account_id: account.accountId,
      email: account.email,
      name: account.name,
      password_hash: account.passwordHash,
      must_change_password: Number(account.mustChangePassword),
      totp_secret: account.totpSecret,
      totp_last_step: account.totpLastStep,
      oidc_subject: account.oidcSubject,
      disabled: Number(account.disabled),
      created_at_ms: account.createdAtMs,
    })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  await addGrants(transaction, account.accountId, account.grants);
  return true;
}

async function addGrants(transaction: Database, accountId: string, grants: readonly Grant[]): Promise<void> {
  if (grants.length === 0) return;
  await transaction
    .insertInto('grants')
    .values(
      grants.map(({ role, companyId, groupId }, position) => ({
        account_id: accountId,
        position,
        role,
        company_id: companyId,
        group_id: groupId,
      })),
    )
    .execute();
}

function toColumns(patch: AccountPatch): Updateable<Schema['accounts']> {
  return {
    ...(patch.name !== undefined && { name: patch.name }),
    ...(patch.passwordHash !== undefined && { password_hash: patch.passwordHash }),
    ...(patch.mustChangePassword !== undefined && {
      must_change_password: Number(patch.mustChangePassword),
    }),
    ...(patch.totpSecret !== undefined && { totp_secret: patch.totpSecret }),
    ...(patch.oidcSubject !== undefined && { oidc_subject: patch.oidcSubject }),
    ...(patch.disabled !== undefined && { disabled: Number(patch.disabled) }),
  };
}

function toAccount(row: AccountRow, grants: readonly Selectable<Schema['grants']>[]): AccountRecord {
  return {
    accountId: row.account_id,
    email: row.email,
    name: row.name,
    passwordHash: row.password_hash,
    mustChangePassword: row.must_change_password === 1,
    totpSecret: row.totp_secret,
    totpLastStep: row.totp_last_step,
    oidcSubject: row.oidc_subject,
    disabled: row.disabled === 1,
    createdAtMs: row.created_at_ms,
    grants: grants.map((grant) => ({
      role: grant.role,
      companyId: grant.company_id,
      groupId: grant.group_id,
    })),
  };
}
