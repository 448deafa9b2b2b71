import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from './migrations.ts';
import type { Schema } from './schema.ts';

/** The database, ready for queries. */
export type Database = Kysely<Schema>;

/**
 * Opens the SQLite file, creating it and its folder where needed, and brings it to the newest schema. Writes are
 * on disk when they are acknowledged (WAL, `synchronous=FULL`).
 *
 * @param path `:memory:` for a database that lives as long as the process.
 * @throws if a migration fails, with its error as the cause; the database is then as it was before it.
 */
export async function openDatabase(path: string): Promise<Database> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const sqlite = new DatabaseSync(path);
  sqlite.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000',
  );
  const database = new Kysely<Schema>({ dialect: new SqliteDialect({ database: adapt(sqlite) }) });
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await database.destroy();
    throw new Error('The database could not be brought to the newest schema.', { cause: error });
  }
  return database;
}

/** Fits `node:sqlite` to what Kysely expects of a driver. */
function adapt(sqlite: DatabaseSync): SqliteDatabase {
  return {
    close: () => sqlite.close(),
    prepare: (sql) => adaptStatement(sqlite.prepare(sql)),
  };
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  const bound = (values: readonly unknown[]): SQLInputValue[] => values.map(toInput);
  return {
    reader: statement.columns().length > 0,
    all: (values) => statement.all(...bound(values)),
    run: (values) => statement.run(...bound(values)),
    iterate: (values) => statement.iterate(...bound(values)),
  };
}

function toInput(value: unknown): SQLInputValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value === null)
    return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`SQLite takes no ${typeof value}.`);
}
