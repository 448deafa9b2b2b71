import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { diskReports } from '../recorder/src/retention/diskReports.ts';
import { readSegments, takeInventory } from '../recorder/src/retention/inventory.ts';
import { readRecorderId } from '../recorder/src/store/dataFolder.ts';
import { createLocalSegmentStore } from '../recorder/src/store/localSegmentStore.ts';
import { createOpenRuns } from '../recorder/src/store/openRuns.ts';
import { systemClock } from '../shared/src/index.ts';
import { createLogger } from '../shared/src/node/index.ts';
import { createAuditLog } from '../sfu/src/audit/auditLog.ts';
import { openDatabase } from '../sfu/src/db/database.ts';
import { DatabaseError } from '../sfu/src/db/databaseError.ts';
import { createRepositories } from '../sfu/src/db/repositories.ts';
import { createReconciliation } from '../sfu/src/retention/reconciliation.ts';
import { reindex } from '../sfu/src/retention/reindex.ts';
import { readSettings } from './services/settings.mjs';
import { SetupError, runScript } from './setup/setup-error.mjs';

const USAGE = 'npm run recorder -- reindex [--drop SEGMENTS]';
const logger = createLogger('reindex', 'error');

function readArguments() {
  try {
    const { positionals, values } = parseArgs({
      options: { drop: { type: 'string' } },
      allowPositionals: true,
    });
    const drop = values.drop === undefined ? undefined : Number(values.drop);
    if (positionals.join() === 'reindex' && (drop === undefined || Number.isInteger(drop))) return { drop };
  } catch {
    // An option that there is not: said below.
  }
  throw new SetupError('What is the recorder to do?', { help: USAGE });
}

async function open(dataDir) {
  try {
    return await openDatabase({ dataDir, url: process.env.DATABASE_URL || undefined, logger });
  } catch (error) {
    throw error instanceof DatabaseError ? new SetupError(error.message, { cause: error }) : error;
  }
}

async function readDisk({ dataDir, recordingsDir }) {
  const recorderId = await readRecorderId(dataDir);
  if (recorderId === undefined) {
    throw new SetupError(`No recorder has ever used ${dataDir}`, {
      help: 'Set SIGHTLINE_DATA_DIR to the data folder of the recorder.',
    });
  }
  const store = createLocalSegmentStore({ recordingsDir });
  const { sessions, strange } = await takeInventory(recordingsDir, store);
  const openRuns = await (await createOpenRuns(join(dataDir, 'recorder/open-runs'))).list();
  return {
    recorderId,
    sessions,
    strange,
    readSegments: (session, runId) => readSegments(recordingsDir, store, session, runId),
    // Holds are for whoever keeps the media: nothing is said of them here.
    reports: diskReports(sessions, () => undefined).map((report) => ({ recorderId, ...report })),
    openRuns: new Set(openRuns.map(({ runId }) => runId)),
  };
}

/** Works on the database itself, as the sfu does: whether sfu and recorder run meanwhile or not. */
await runScript(async () => {
  const { drop } = readArguments();
  const settings = readSettings(process.env);
  const disk = await readDisk(settings);
  const segments = disk.sessions.flatMap(({ runs }) => runs).reduce((sum, run) => sum + run.segments, 0);
  console.log(
    `On disk   ${disk.sessions.length} sessions with ${segments} segments in ${settings.recordingsDir}`,
  );
  for (const folder of disk.strange)
    console.log(`Skipped   ${folder}: its manifest cannot be read, or does not belong there`);
  const database = await open(settings.dataDir);
  try {
    const { audit, reconciliation: repository, recordings } = createRepositories(database);
    const auditLog = createAuditLog({ repository: audit, clock: systemClock, logger });
    const reconciliation = createReconciliation({ repository, auditLog, logger });
    const outcome = await reindex({ reconciliation, repository, recordings }, disk, drop);
    const { done, enteredSessions, addedSegments, droppedSegments, refused } = outcome;
    const will = done ? '' : 'would be ';
    console.log(`Entered   ${enteredSessions} sessions, ${addedSegments} segments ${will}added`);
    console.log(`Dropped   ${droppedSegments} segments ${will}taken off the record: they are not on disk`);
    for (const reason of refused) console.log(`Refused   ${reason}`);
    if (done) return;
    throw new SetupError('More would be dropped than added, so nothing was changed', {
      help: `Check that the disk of the recordings is mounted. If they are lost for good: npm run recorder -- reindex --drop ${droppedSegments}`,
    });
  } finally {
    await database.destroy();
  }
});
