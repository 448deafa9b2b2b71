import { afterAll, describe, it } from '@jest/globals';
import { createCleanup } from './harness/cleanup.ts';
import { startPostgres } from './harness/postgres.ts';
import { surviveKills } from './killed/schedule.ts';

const KILLS = { sqlite: 100, postgres: 15 };
/** Printed with the result; `SEED=…` repeats what is done. */
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

const cleanup = createCleanup();
afterAll(() => cleanup.close());

describe(`killed at random (SEED=${SEED}), the sfu has everything that it acknowledged, and knows who is there`, () => {
  it(
    `${KILLS.sqlite} times on SQLite`,
    () => surviveKills(cleanup, { kills: KILLS.sqlite, seed: SEED }),
    600_000,
  );

  it(`${KILLS.postgres} times on PostgreSQL`, async () => {
    const server = cleanup.use(await startPostgres());
    const databaseUrl = await server.createDatabase('sightline');
    await surviveKills(cleanup, { kills: KILLS.postgres, seed: SEED, databaseUrl });
  });
});
