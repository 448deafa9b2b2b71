import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import {
  createAuditRepository,
  createOrganisationRepository,
  openDatabase,
  postgresDialect,
} from '@sightline/sfu/db';
import { DEFAULT_RETENTION } from '@sightline/shared';
import {
  databaseSuites,
  entryAfter,
  expectWholeChains,
  expectWholeSealLog,
  seedSessions,
} from '@sightline/sfu/db/suites';
import { createCleanup } from './harness/cleanup.ts';
import { freeTcpPort } from './harness/ports.ts';
import { startPostgres, type PostgresServer } from './harness/postgres.ts';

const cleanup = createCleanup();
const warnings: unknown[] = [];
const logger = { warn: (entry: unknown) => void warnings.push(entry) };
let server: PostgresServer;
let databases = 0;

const createEmpty = async (on = server) => {
  databases += 1;
  const url = new URL(await on.createDatabase(`sightline_${databases}`));
  url.password = 'hunter2';
  return {
    dialect: () => postgresDialect(url.href, logger),
    open: () => openDatabase({ dataDir: 'not used', url: url.href, logger }),
  };
};

beforeAll(async () => {
  server = cleanup.use(await startPostgres());
});

afterAll(() => cleanup.close());

describe('on PostgreSQL', () => {
  databaseSuites(() => createEmpty());

  it('lets several servers start at once on an empty database, and append to the same chains', async () => {
    const empty = await createEmpty();
    const opened = await Promise.all([empty.open(), empty.open(), empty.open()]);
    try {
      const orders = Array.from({ length: 60 }, (_, n) => ({
        companyId: n % 3 === 0 ? 'c1' : null,
        entries: n % 4,
      }));
      await expectWholeChains(opened, orders);
      await seedSessions(opened[0], ['s1', 's2']);
      await expectWholeSealLog(opened, ['s1', 's2']);
    } finally {
      await Promise.all(opened.map((database) => database.destroy()));
    }
  });

  it('goes on soon after a server vanished in the middle of a transaction, without a word', async () => {
    const company = {
      companyId: 'c1',
      name: 'Acme',
      idleThresholdMs: 600_000,
      retention: DEFAULT_RETENTION,
      createdAtMs: 1_000,
    };
    const { open } = await createEmpty();
    const [vanished, other] = await Promise.all([open(), open()]);
    const held = Promise.withResolvers<void>();
    const silence = Promise.withResolvers<void>();
    const cut = vanished.transaction().execute(async (inside) => {
      await inside
        .insertInto('companies')
        .values({
          company_id: company.companyId,
          name: 'Vanished',
          idle_threshold_ms: 1,
          retention_min_age_ms: 1,
          created_at_ms: 1,
        })
        .execute();
      held.resolve();
      await silence.promise;
    });
    try {
      await held.promise;
      await createOrganisationRepository(other).addCompany(company);
    } finally {
      silence.resolve();
      await expect(cut).rejects.toThrow();
      await Promise.all([vanished.destroy(), other.destroy()]);
    }
  }, 30_000);

  it('keeps what it acknowledged when the database server is killed, and goes on when that is back', async () => {
    const killable = cleanup.use(await startPostgres());
    const database = await (await createEmpty(killable)).open();
    try {
      const audit = createAuditRepository(database);
      let acknowledged = 0;
      let killed: Promise<void> | undefined;
      const writing = (async () => {
        for (;;) {
          const [entry] = await audit.append('c1', (last) => [entryAfter(last, 'c1')]);
          acknowledged = entry?.number ?? acknowledged;
          if (acknowledged === 50) killed = killable.crash();
        }
      })();
      await expect(writing).rejects.toThrow();
      await killed;
      const kept = await audit.read('c1', 0, 10_000);
      expect(acknowledged).toBeGreaterThanOrEqual(50);
      expect(kept.length - acknowledged).toBeGreaterThanOrEqual(0);
      // One more may have been committed without anybody having been told.
      expect(kept.length - acknowledged).toBeLessThanOrEqual(1);
      expect(warnings).toContainEqual(expect.objectContaining({ code: 'database-connection-lost' }));
      expect(inspect(warnings, { depth: 10 })).not.toContain('hunter2');
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
