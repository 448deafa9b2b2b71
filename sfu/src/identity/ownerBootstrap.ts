import { randomUUID } from 'node:crypto';
import { DEFAULT_IDLE_THRESHOLD_MS, type Clock } from '@sightline/shared';
import type { AccountsRepository } from '../db/accounts.ts';
import type { OrganisationRepository } from '../db/organisation.ts';
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
  accounts: Pick<AccountsRepository, 'add' | 'count'>;
  organisation: Pick<OrganisationRepository, 'addCompany'>;
  passwords: Passwords;
  clock: Pick<Clock, 'nowMs'>;
}

/** At the first start, makes a company and the account that may do everything. Later it does nothing. */
export async function bootstrapOwner(deps: OwnerBootstrapDeps): Promise<void> {
  const { accounts, organisation, passwords, ownerEmail, clock } = deps;
  if ((await accounts.count()) > 0) return;
  const createdAtMs = clock.nowMs();
  const password = deps.ownerPassword ?? oneTimePassword();
  const isAdded = await accounts.add({
    accountId: randomUUID(),
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
  });
  // Another server on the same database was faster: its password counts.
  if (!isAdded) return;
  await organisation.addCompany({
    companyId: randomUUID(),
    name: deps.companyName,
    idleThresholdMs: DEFAULT_IDLE_THRESHOLD_MS,
    createdAtMs,
  });
  if (deps.ownerPassword !== undefined) return;
  deps.print(
    [
      '',
      '  The first account, which may do everything:',
      '',
      `    e-mail    ${ownerEmail}`,
      `    password  ${password}`,
      '',
      '  This is shown once. It has to be changed at the first sign-in.',
      '',
      '',
    ].join('\n'),
  );
}
