import { createAccountsRepository, type AccountsRepository } from './accounts.ts';
import { createAuditRepository, type AuditRepository } from './audit.ts';
import type { Database } from './database.ts';
import { createDeletionsRepository, type DeletionsRepository } from './deletions.ts';
import { createDevicesRepository, type DevicesRepository } from './devices.ts';
import { createHoldsRepository, type HoldsRepository } from './holds.ts';
import { createIdleAlertsRepository, type IdleAlertsRepository } from './idleAlerts.ts';
import { createOrganisationRepository, type OrganisationRepository } from './organisation.ts';
import { createPresenceRepository, type PresenceRepository } from './presence.ts';
import { createRecordingsRepository, type RecordingsRepository } from './recordings.ts';

/** Everything that is kept in the database. */
export interface Repositories {
  accounts: AccountsRepository;
  audit: AuditRepository;
  deletions: DeletionsRepository;
  devices: DevicesRepository;
  holds: HoldsRepository;
  idleAlerts: IdleAlertsRepository;
  organisation: OrganisationRepository;
  presence: PresenceRepository;
  recordings: RecordingsRepository;
}

/** The {@link Repositories} of a database. */
export function createRepositories(database: Database): Repositories {
  return {
    accounts: createAccountsRepository(database),
    audit: createAuditRepository(database),
    deletions: createDeletionsRepository(database),
    devices: createDevicesRepository(database),
    holds: createHoldsRepository(database),
    idleAlerts: createIdleAlertsRepository(database),
    organisation: createOrganisationRepository(database),
    presence: createPresenceRepository(database),
    recordings: createRecordingsRepository(database),
  };
}
