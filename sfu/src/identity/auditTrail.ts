import { NOBODY, accountActor } from '../audit/actors.ts';
import type { AuditLog, AuditRecord } from '../audit/auditLog.ts';
import type { Principal } from './authorise.ts';

/** The account in question, or what is known of somebody who has none. */
type About = Pick<Principal, 'accountId' | 'name' | 'grants'>;

/**
 * Puts something that an account did, or that was tried in its name, on record in every company where it has a role.
 * What owners and strangers do belongs to no company. Resolves when it is durable.
 */
export async function recordForAccount(
  auditLog: Pick<AuditLog, 'record'>,
  account: About | undefined,
  what: Pick<AuditRecord, 'action' | 'address' | 'details'>,
): Promise<void> {
  const companies = new Set(account?.grants.map((grant) => grant.companyId));
  const chains = companies.size === 0 ? [null] : [...companies];
  const actor = account === undefined ? NOBODY : accountActor(account);
  await Promise.all(chains.map((companyId) => auditLog.record({ companyId, actor, ...what })));
}
