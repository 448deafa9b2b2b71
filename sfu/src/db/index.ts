// What tests of other packages need to run the repositories on a database of theirs.
export { createAuditRepository } from './audit.ts';
export { openDatabase } from './database.ts';
export { createOrganisationRepository } from './organisation.ts';
export { postgresDialect } from './postgres.ts';
