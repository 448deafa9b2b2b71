import { createAccountsRepository, type AccountsRepository } from './accounts.ts';
import { createAuditRepository, type AuditRepository } from './audit.ts';
import type { Database } from './database.ts';
import { createDeletionsRepository, type DeletionsRepository } from './deletions.ts';
import { createDevicesRepository, type DevicesRepository } from './devices.ts';
import { createExportsRepository, type ExportsRepository } from './exports.ts';
import { createHeldMediaRepository, type HeldMediaRepository } from './heldMedia.ts';
import { createHoldsRepository, type HoldsRepository } from './holds.ts';
import { createHealingRepository, type HealingRepository } from './healing.ts';
import { createIdleAlertsRepository, type IdleAlertsRepository } from './idleAlerts.ts';
import { createInterruptionsRepository, type InterruptionsRepository } from './interruptions.ts';
import { createLedgerRecordsRepository, type LedgerRecordsRepository } from './ledgerRecords.ts';
import { createOrganisationRepository, type OrganisationRepository } from './organisation.ts';
import { createPiecesRepository, type PiecesRepository } from './pieces.ts';
import { createPresenceRepository, type PresenceRepository } from './presence.ts';
import { createRecordedMediaRepository, type RecordedMediaRepository } from './recordedMedia.ts';
import { createRecordersRepository, type RecordersRepository } from './recorders.ts';
import { createReconciliationRepository, type ReconciliationRepository } from './reconciliation.ts';
import { createRecordingsRepository, type RecordingsRepository } from './recordings.ts';
import { createSealsRepository, type SealsRepository } from './seals.ts';

/** Everything that is kept in the database. */
export interface Repositories {
  accounts: AccountsRepository;
  audit: AuditRepository;
  deletions: DeletionsRepository;
  devices: DevicesRepository;
  exports: ExportsRepository;
  heldMedia: HeldMediaRepository;
  holds: HoldsRepository;
  healing: HealingRepository;
  idleAlerts: IdleAlertsRepository;
  interruptions: InterruptionsRepository;
  ledgers: LedgerRecordsRepository;
  organisation: OrganisationRepository;
  pieces: PiecesRepository;
  presence: PresenceRepository;
  recordedMedia: RecordedMediaRepository;
  recorders: RecordersRepository;
  reconciliation: ReconciliationRepository;
  recordings: RecordingsRepository;
  seals: SealsRepository;
}

/** The {@link Repositories} of a database. */
export function createRepositories(database: Database): Repositories {
  return {
    accounts: createAccountsRepository(database),
    audit: createAuditRepository(database),
    deletions: createDeletionsRepository(database),
    devices: createDevicesRepository(database),
    exports: createExportsRepository(database),
    heldMedia: createHeldMediaRepository(database),
    holds: createHoldsRepository(database),
    healing: createHealingRepository(database),
    idleAlerts: createIdleAlertsRepository(database),
    interruptions: createInterruptionsRepository(database),
    ledgers: createLedgerRecordsRepository(database),
    organisation: createOrganisationRepository(database),
    pieces: createPiecesRepository(database),
    presence: createPresenceRepository(database),
    recordedMedia: createRecordedMediaRepository(database),
    recorders: createRecordersRepository(database),
    reconciliation: createReconciliationRepository(database),
    recordings: createRecordingsRepository(database),
    seals: createSealsRepository(database),
  };
}
