import { describe, expect, it } from '@jest/globals';
import { Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from '../migrations/index.ts';
import { recordings } from '../migrations/0001-recordings.ts';
import { createRecordingsRepository } from '../recordings.ts';
import type { Schema } from '../schema.ts';
import type { CreateEmptyDatabase, EmptyDatabase } from './testDatabase.ts';

/** What opening a database must do to its schema. */
export function migrationsSuite(create: CreateEmptyDatabase): void {
  describe('migrations', () => {
    /** Brings the database to another state than the newest, as an older or a newer version would have. */
    const prepare = async (
      empty: EmptyDatabase,
      steps: typeof migrations,
      fill: (database: Kysely<Schema>) => Promise<unknown>,
    ): Promise<void> => {
      const database = new Kysely<Schema>({ dialect: empty.dialect() });
      const provider = { getMigrations: () => Promise.resolve(steps) };
      const { error } = await new Migrator({ db: database, provider }).migrateToLatest();
      expect(error).toBeUndefined();
      await fill(database);
      await database.destroy();
    };

    it('keep what the first version recorded', async () => {
      const empty = await create();
      await prepare(empty, { '0001-recordings': recordings }, (old) =>
        sql`insert into sessions (session_id, company_id, user_id, user_name, host_name, started_at_ms)
            values ('s1', 'default', 'ann@desk', 'ann', 'desk', 1700000000000)`.execute(old),
      );
      const database = await empty.open();
      try {
        const repository = createRecordingsRepository(database);
        expect(await repository.findSession('s1')).toMatchObject({
          companyId: 'default',
          deviceId: null,
          groupId: null,
          startedAtMs: 1_700_000_000_000,
        });
        expect(await repository.findOpenSession('s1')).toBeUndefined();
        expect(await repository.closeLeftovers()).toEqual({ sessions: 1, runs: 0 });
      } finally {
        await database.destroy();
      }
    });

    it('are done once: opened again, everything is there', async () => {
      const empty = await create();
      const first = await empty.open();
      await createRecordingsRepository(first).addSession({
        sessionId: 's1',
        companyId: 'c1',
        deviceId: 'd1',
        userId: 'ann@desk',
        userName: 'ann',
        hostName: 'desk',
        startedAtMs: 1_000,
      });
      await first.destroy();
      const again = await empty.open();
      expect(await createRecordingsRepository(again).findOpenSession('s1')).toBeDefined();
      await again.destroy();
    });

    it('refuse a database from a newer version, and leave it alone', async () => {
      const empty = await create();
      const newer = { ...migrations, '9999-future': { up: () => Promise.resolve() } };
      await prepare(empty, newer, () => Promise.resolve());
      await expect(empty.open()).rejects.toMatchObject({
        code: 'database-too-new',
        message: expect.stringMatching(/9999-future.*Start that version/),
      });
    });

    it('leave nothing behind when one fails, so that the next start can try again', async () => {
      const empty = await create();
      const obstacle = new Kysely<Schema>({ dialect: empty.dialect() });
      await obstacle.schema.createTable('audit_entries').addColumn('x', 'integer').execute();
      await expect(empty.open()).rejects.toMatchObject({ code: 'database-migration-failed' });
      await obstacle.schema.dropTable('audit_entries').execute();
      await obstacle.destroy();
      const database = await empty.open();
      await database.destroy();
    });
  });
}
