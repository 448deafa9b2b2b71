import { join, resolve } from 'node:path';
import type { Logger } from '@sightline/shared/node';
import { Kysely, sql, type Dialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { DatabaseError } from './databaseError.ts';
import { migrations } from './migrations/index.ts';
import { describePostgresUrl, postgresDialect } from './postgres.ts';
import type { Schema } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

/** The database, ready for queries. */
export type Database = Kysely<Schema>;

/** Which database to open. */
export interface DatabaseOptions {
  /** Folder of the SQLite file. */
  dataDir: string;
  /** `postgres://…`; undefined: SQLite. */
  url: string | undefined;
  logger: Pick<Logger, 'warn'>;
}

/**
 * Opens the database and brings it to the newest schema.
 *
 * @throws {DatabaseError} if it cannot be reached, comes from a newer version, or a migration fails; it is then as it was.
 */
export async function openDatabase({ dataDir, url, logger }: DatabaseOptions): Promise<Database> {
  return url === undefined
    ? openSqliteDatabase(join(resolve(dataDir), 'sightline.sqlite'))
    : openPostgresDatabase(url, logger);
}

/**
 * Opens a SQLite file, see {@link openDatabase}.
 *
 * @param path `:memory:` for a database that lives as long as the process.
 * @throws {DatabaseError}
 */
export async function openSqliteDatabase(path: string): Promise<Database> {
  return prepare(sqliteDialect(path), `the file ${path}`);
}

async function openPostgresDatabase(url: string, logger: Pick<Logger, 'warn'>): Promise<Database> {
  return prepare(postgresDialect(url, logger), describePostgresUrl(url));
}

async function prepare(dialect: Dialect, name: string): Promise<Database> {
  const database = new Kysely<Schema>({ dialect });
  try {
    await reach(database, name);
    await migrate(database, name);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

async function reach(database: Database, name: string): Promise<void> {
  try {
    await sql`select 1`.execute(database);
  } catch (error) {
    throw new DatabaseError(
      'database-unreachable',
      `The database ${name} cannot be reached (${reasonOf(error)}). Check that it runs, and DATABASE_URL: host, port, name, user and password.`,
      { cause: error },
    );
  }
}

/** Servers that start at once wait for each other here: the migrator holds a lock of the database. */
async function migrate(database: Database, name: string): Promise<void> {
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const unknown = await unknownMigrations(database);
  if (unknown.length > 0) {
    throw new DatabaseError(
      'database-too-new',
      `The database ${name} was changed by a newer version of Sightline (${unknown.join(', ')}), which this one does not know. Start that version, or restore a backup from before it.`,
    );
  }
  throw new DatabaseError(
    'database-migration-failed',
    `The database ${name} could not be brought to the newest schema (${reasonOf(error)}); it is as it was before. Check its free space and the rights of its user.`,
    { cause: error },
  );
}

async function unknownMigrations(database: Database): Promise<string[]> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
    database,
  );
  return rows.map((row) => row.name).filter((migration) => !Object.hasOwn(migrations, migration));
}

/** A refused connection comes as a list of errors without a message, but with a code. */
function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('message' in error && typeof error.message === 'string' && error.message !== '') return error.message;
  return 'code' in error && typeof error.code === 'string' ? error.code : 'no reason given';
}
