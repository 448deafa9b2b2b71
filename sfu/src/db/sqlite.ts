import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SqliteAdapter, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { DatabaseError } from './databaseError.ts';

/**
 * The dialect of a SQLite file, which is created with its folder where needed. Writes are on disk when they are
 * acknowledged (WAL, `synchronous=FULL`).
 *
 * @param path `:memory:` for a database that lives as long as the process.
 * @throws {DatabaseError} `database-unreachable` if the file cannot be opened or is no database.
 */
export function sqliteDialect(path: string): SqliteDialect {
  try {
    return new TransactionalDdlDialect({ database: adapt(openFile(path)) });
  } catch (error) {
    throw new DatabaseError(
      'database-unreachable',
      `The database file ${path} cannot be opened. Check that SIGHTLINE_DATA_DIR can be written, that the disk is not full, and that the file is a Sightline database.`,
      { cause: error },
    );
  }
}

function openFile(path: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const sqlite = new DatabaseSync(path, { timeout: 5_000 });
  try {
    sqlite.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON');
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return sqlite;
}

/** SQLite rolls back changes of the schema too: a migration that is cut short leaves nothing behind. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class TransactionalDdlDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** Fits `node:sqlite` to what Kysely expects of a driver. */
function adapt(sqlite: DatabaseSync): SqliteDatabase {
  return {
    close: () => sqlite.close(),
    // A transaction that reads before it writes must not find another process's write in between.
    prepare: (sql) => adaptStatement(sqlite.prepare(sql === 'begin' ? 'begin immediate' : sql)),
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
