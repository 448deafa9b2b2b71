import { afterAll, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { createOrganisationRepository, openDatabase } from '@sightline/sfu/db';
import { createCleanup } from './harness/cleanup.ts';
import { startProc } from './harness/proc.ts';
import { createTempDir } from './harness/tempDir.ts';

const KILLS = 10;
const START_TIMEOUT_MS = 20_000;
const writer = fileURLToPath(new URL('database/writer.ts', import.meta.url));
const cleanup = createCleanup();

afterAll(() => cleanup.close());

describe('a SQLite database whose process is killed', () => {
  it('has every write that was acknowledged, in order, and goes on', async () => {
    const { path: dataDir } = cleanup.use(await createTempDir('killed'));
    let written = 0;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const proc = cleanup.use(await startProc(process.execPath, [writer, dataDir, String(written + 1)]));
      await proc.line(new RegExp(`^acknowledged ${written + kill * 7}$`), START_TIMEOUT_MS);
      proc.kill('SIGKILL');
      await proc.exited;
      const acknowledged = Number(/acknowledged (\d+)$/.exec(proc.tail())?.[1]);

      const database = await openDatabase({ dataDir, url: undefined, logger: { warn: () => undefined } });
      const companies = await createOrganisationRepository(database).listCompanies();
      await database.destroy();
      written = companies.length;
      expect(companies.map(({ createdAtMs }) => createdAtMs)).toEqual(
        Array.from({ length: written }, (_, index) => index + 1),
      );
      // One more may be on disk without anybody having been told.
      expect([acknowledged, acknowledged + 1]).toContain(written);
    }
  });
});
