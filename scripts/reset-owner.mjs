import { systemClock } from '../shared/src/index.ts';
import { createLogger } from '../shared/src/node/index.ts';
import { createAuditLog } from '../sfu/src/audit/auditLog.ts';
import { openDatabase } from '../sfu/src/db/database.ts';
import { DatabaseError } from '../sfu/src/db/databaseError.ts';
import { createRepositories } from '../sfu/src/db/repositories.ts';
import { resetOwner } from '../sfu/src/identity/ownerReset.ts';
import { createPasswords } from '../sfu/src/identity/passwords.ts';
import { readSettings } from './services/settings.mjs';
import { SetupError, runScript } from './setup/setup-error.mjs';

const logger = createLogger('reset-owner', 'warn');

async function open() {
  const { dataDir } = readSettings(process.env);
  try {
    return await openDatabase({ dataDir, url: process.env.DATABASE_URL || undefined, logger });
  } catch (error) {
    throw error instanceof DatabaseError ? new SetupError(error.message, { cause: error }) : error;
  }
}

await runScript(async () => {
  const [wanted] = process.argv.slice(2);
  const database = await open();
  try {
    const { accounts, audit } = createRepositories(database);
    const auditLog = createAuditLog({ repository: audit, clock: systemClock, logger });
    const answer = await resetOwner({ accounts, auditLog, passwords: createPasswords() }, wanted);
    if (!answer.ok) {
      const { owners } = answer.error;
      throw new SetupError(wanted === undefined ? 'Which owner?' : `There is no owner ${wanted}.`, {
        help:
          owners.length === 0
            ? 'This database has no owner; the first start of the sfu makes one.'
            : owners.map((email) => `npm run reset-owner -- ${email}`).join('\n'),
      });
    }
    const { email, oneTimePassword } = answer.value;
    console.log(`
  e-mail    ${email}
  password  ${oneTimePassword}

  This is shown once, and has to be changed at the first sign-in. A second factor is gone, and so are all sessions;
  what is open on a screen now ends when the sfu is restarted.
`);
  } finally {
    await database.destroy();
  }
});
