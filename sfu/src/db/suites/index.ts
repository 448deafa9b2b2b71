import { accountsSuite } from './accounts.suite.ts';
import { auditSuite } from './audit.suite.ts';
import { deletionsSuite } from './deletions.suite.ts';
import { devicesSuite } from './devices.suite.ts';
import { exportsSuite } from './exports.suite.ts';
import { heldMediaSuite } from './heldMedia.suite.ts';
import { idleAlertsSuite } from './idleAlerts.suite.ts';
import { ledgerSuite } from './ledger.suite.ts';
import { migrationsSuite } from './migrations.suite.ts';
import { organisationSuite } from './organisation.suite.ts';
import { piecesSuite } from './pieces.suite.ts';
import { presenceSuite } from './presence.suite.ts';
import { recordedMediaSuite } from './recordedMedia.suite.ts';
import { reconciliationSuite } from './reconciliation.suite.ts';
import { recordingsSuite } from './recordings.suite.ts';
import { recordersSuite } from './recorders.suite.ts';
import { sealsSuite } from './seals.suite.ts';
import type { CreateEmptyDatabase } from './testDatabase.ts';

export { entryAfter, expectWholeChains } from './audit.suite.ts';
export { expectWholeSealLog, seedSessions } from './seals.suite.ts';

/** Everything that holds on every database. */
export function databaseSuites(create: CreateEmptyDatabase): void {
  migrationsSuite(create);
  organisationSuite(create);
  accountsSuite(create);
  deletionsSuite(create);
  heldMediaSuite(create);
  devicesSuite(create);
  presenceSuite(create);
  piecesSuite(create);
  reconciliationSuite(create);
  recordingsSuite(create);
  ledgerSuite(create);
  idleAlertsSuite(create);
  exportsSuite(create);
  recordedMediaSuite(create);
  auditSuite(create);
  recordersSuite(create);
  sealsSuite(create);
}
