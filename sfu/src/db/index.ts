// What tests of other packages need to run the repositories on a database of theirs.
export { createAccountsRepository, type AccountRecord } from './accounts.ts';
export { createAuditRepository } from './audit.ts';
export { openDatabase, type Database } from './database.ts';
export { createDevicesRepository } from './devices.ts';
export { createExportsRepository } from './exports.ts';
export { createHoldsRepository } from './holds.ts';
export { createIdleAlertsRepository } from './idleAlerts.ts';
export { createOrganisationRepository } from './organisation.ts';
export { postgresDialect } from './postgres.ts';
export { createRecordingsRepository } from './recordings.ts';
