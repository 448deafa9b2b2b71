import { fail, succeed, type Result } from '@sightline/shared';
import { SERVER_ACTOR } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { AccountsRepository } from '../db/accounts.ts';
import { isActiveOwner } from './accountAuthority.ts';
import { oneTimePassword, type Passwords } from './passwords.ts';

/** What {@link resetOwner} needs. */
export interface OwnerResetDeps {
  accounts: Pick<AccountsRepository, 'list' | 'change' | 'deleteSessionsOf'>;
  auditLog: Pick<AuditLog, 'record'>;
  passwords: Pick<Passwords, 'hash'>;
}

/**
 * The way back in for an owner whom nobody else can help: a new one-time password, no second factor, no session. For
 * who has the server's machine: it asks for no authority.
 *
 * @param email whose; undefined: the only owner's.
 * @returns on failure the addresses among which to choose.
 */
export async function resetOwner(
  { accounts, auditLog, passwords }: OwnerResetDeps,
  email: string | undefined,
): Promise<Result<{ email: string; oneTimePassword: string }, { owners: readonly string[] }>> {
  const owners = (await accounts.list()).filter(isActiveOwner);
  const [owner, another] =
    email === undefined ? owners : owners.filter((each) => each.email === email.toLowerCase());
  if (owner === undefined || another !== undefined) return fail({ owners: owners.map((each) => each.email) });
  const { accountId } = owner;
  const password = oneTimePassword();
  await auditLog.record({
    companyId: null,
    action: 'password-reset',
    actor: SERVER_ACTOR,
    address: null,
    details: { accountId, email: owner.email },
  });
  await accounts.change(accountId, {
    passwordHash: await passwords.hash(password),
    mustChangePassword: true,
    totpSecret: null,
  });
  await accounts.deleteSessionsOf(accountId);
  return succeed({ email: owner.email, oneTimePassword: password });
}
