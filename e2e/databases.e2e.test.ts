import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuditRepository, openDatabase, postgresDialect } from '@sightline/sfu/db';
import { databaseSuites, entryAfter, expectWholeChains } from '@sightline/sfu/db/suites';
import { createCleanup } from './harness/cleanup.ts';
import { freeTcpPort } from './harness/ports.ts';
import { startPostgres, type PostgresServer } from './harness/postgres.ts';

const cleanup = createCleanup();
const logger = { warn: () => undefined };
let server: PostgresServer;
let databases = 0;

const createEmpty = async () => {
  databases += 1;
  const url = await server.createDatabase(`sightline_${databases}`);
  return {
    url,
    dialect: () => postgresDialect(url, logger),
    open: () => openDatabase({ dataDir: 'not used', url, logger }),
  };
};

beforeAll(async () => {
  server = cleanup.use(await startPostgres());
});

afterAll(() => cleanup.close());

describe('on PostgreSQL', () => {
  databaseSuites(createEmpty);

  it('lets several servers start at once on an empty database, and append to the same chains', async () => {
    const empty = await createEmpty();
    const opened = await Promise.all([empty.open(), empty.open(), empty.open()]);
    try {
      const orders = Array.from({ length: 60 }, (_, n) => ({
        companyId: n % 3 === 0 ? 'c1' : null,
        entries: n % 4,
      }));
      await expectWholeChains(opened, orders);
    } finally {
      await Promise.all(opened.map((database) => database.destroy()));
    }
  });

  it('keeps what it acknowledged when the database server is killed, and goes on when that is back', async () => {
    const database = await (await createEmpty()).open();
    try {
      const audit = createAuditRepository(database);
      let acknowledged = 0;
      let killed: Promise<void> | undefined;
      const writing = (async () => {
        for (;;) {
          const [entry] = await audit.append('c1', (last) => [entryAfter(last, 'c1')]);
          acknowledged = entry?.number ?? acknowledged;
          if (acknowledged === 50) killed = server.crash();
        }
      })();
      await expect(writing).rejects.toThrow();
      await killed;
      const kept = await audit.read('c1', 0, 10_000);
      expect(acknowledged).toBeGreaterThanOrEqual(50);
      expect(kept.length - acknowledged).toBeGreaterThanOrEqual(0);
      // One more may have been committed without anybody having been told.
      expect(kept.length - acknowledged).toBeLessThanOrEqual(1);
    } finally {
      await database.destroy();
    }
  });
});

describe('a PostgreSQL database that cannot be used', () => {
  const refusalOf = async (url: string): Promise<string> => {
    const error: unknown = await openDatabase({ dataDir: 'not used', url, logger }).catch(
      (failure: unknown) => failure,
    );
    expect(error).toMatchObject({ code: 'database-unreachable' });
    return String(error);
  };

  it('is named without the password, whatever is wrong', async () => {
    const refusals = await Promise.all([
      refusalOf(`postgres://ann:hunter2@127.0.0.1:${await freeTcpPort()}/sightline`),
      refusalOf(`postgres://postgres:hunter2@127.0.0.1:${server.port}/none`),
      refusalOf(`postgres://nobody:hunter2@127.0.0.1:${server.port}/postgres`),
      refusalOf('postgres://ann:hunter2@127.0.0.1:99999999/sightline'),
      refusalOf('mysql://ann:hunter2@127.0.0.1/sightline'),
    ]);
    const said = refusals.join('\n');
    expect(said).not.toContain('hunter2');
    expect(said).toMatch(/ECONNREFUSED[^]*"none" does not exist[^]*"nobody" does not exist/);
  });
});
