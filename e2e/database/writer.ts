import { DEFAULT_RETENTION } from '@sightline/shared';
import { createOrganisationRepository, openDatabase } from '@sightline/sfu/db';

/** Adds companies to the SQLite database of a data folder until it is killed; prints the number of each when it is acknowledged. */
const [dataDir, first] = process.argv.slice(2);
if (dataDir === undefined || first === undefined) throw new Error('usage: writer.ts DATA_DIR FIRST_NUMBER');

const logger = { warn: () => undefined };
const organisation = createOrganisationRepository(await openDatabase({ dataDir, url: undefined, logger }));
for (let number = Number(first); ; number += 1) {
  const companyId = `c${String(number).padStart(9, '0')}`;
  await organisation.addCompany({
    companyId,
    name: companyId,
    idleThresholdMs: 1,
    retention: DEFAULT_RETENTION,
    createdAtMs: number,
  });
  process.stdout.write(`acknowledged ${number}\n`);
}
