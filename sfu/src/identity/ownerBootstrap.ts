import { randomUUID } from 'node:crypto';
import { DEFAULT_IDLE_THRESHOLD_MS, DEFAULT_RETENTION, type Clock } from '@sightline/shared';
import { SERVER_ACTOR } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { AccountRecord, AccountsRepository } from '../db/accounts.ts';
import { oneTimePassword, type Passwords } from './passwords.ts';

/** The account and the company that the first start makes. */
export interface FirstOwner {
  ownerEmail: string;
  /** Undefined: one for the first sign-in is made and printed. */
  ownerPassword: string | undefined;
  companyName: string;
  /** Where the one-time password is printed. Not the log: logs are kept and sent around. */
  print: (text: string) => void;
}

/** What {@link bootstrapOwner} needs. */
export interface OwnerBootstrapDeps extends FirstOwner {
  accounts: Pick<AccountsRepository, 'addFirst' | 'count'>;
  passwords: Passwords;
  auditLog: Pick<AuditLog, 'record'>;
  clock: Pick<Clock, 'nowMs'>;
}

/** At the first start, makes a company and the account that may do everything. Later it does nothing. */
export async function bootstrapOwner(deps: OwnerBootstrapDeps): Promise<void> {
  const { accounts, passwords, auditLog, ownerEmail, clock } = deps;
  if ((await accounts.count()) > 0) return;
  const createdAtMs = clock.nowMs();
  const password = deps.ownerPassword ?? oneTimePassword();
  const accountId = randomUUID();
  const owner: AccountRecord = {
    accountId,
    email: ownerEmail,
    name: 'Owner',
    passwordHash: await passwords.hash(password),
    mustChangePassword: deps.ownerPassword === undefined,
    totpSecret: null,
    totpLastStep: null,
    oidcSubject: null,
    disabled: false,
    createdAtMs,
    grants: [{ role: 'owner', companyId: null, groupId: null }],
  };
  const companyId = randomUUID();
  const name = deps.companyName;
  const company = {
    companyId,
    name,
    idleThresholdMs: DEFAULT_IDLE_THRESHOLD_MS,
    retention: DEFAULT_RETENTION,
    createdAtMs,
  };
  const isAdded = await accounts.addFirst(owner, company, () => {
    // Before the commit: who is killed here must not leave an account whose password nobody has seen.
    if (deps.ownerPassword === undefined) deps.print(oneTimePasswordNotice(ownerEmail, password));
  });
  // Another server on the same database was faster: its password counts.
  if (!isAdded) return;
  const byServer = { actor: SERVER_ACTOR, address: null };
  await auditLog.record({
    ...byServer,
    companyId: null,
    action: 'account-created',
    details: { accountId, email: ownerEmail, grants: 'owner' },
  });
  await auditLog.record({ ...byServer, companyId, action: 'company-created', details: { name } });
}

function oneTimePasswordNotice(email: string, password: string): string {
  return [
    '',
    '  The first account, which may do everything:',
    '',
    `    e-mail    ${email}`,
    `    password  ${password}`,
    '',
    '  This is shown once. It has to be changed at the first sign-in.',
    '',
    '',
  ].join('\n');
}
