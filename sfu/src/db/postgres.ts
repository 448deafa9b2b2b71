import type { Logger } from '@sightline/shared/node';
import { PostgresDialect } from 'kysely';
import { Pool, TypeOverrides, types } from 'pg';
import { DatabaseError } from './databaseError.ts';

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 10_000;
/** A machine that vanishes says no goodbye: PostgreSQL would keep its locks for hours, and its successor waiting. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;

/** Whether this is the URL of a PostgreSQL database. */
function isPostgresUrl(url: string): boolean {
  return URL.canParse(url) && ['postgres:', 'postgresql:'].includes(new URL(url).protocol);
}

/** Which database a URL means, without user and password: for messages. */
export function describePostgresUrl(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/**
 * The dialect of a PostgreSQL database. Connections are made when they are needed.
 *
 * @param url as PostgreSQL's own programs take it (libpq, section 34.1.1.2).
 * @throws {DatabaseError} `database-unreachable` if it is none.
 */
export function postgresDialect(url: string, logger: Pick<Logger, 'warn'>): PostgresDialect {
  if (!isPostgresUrl(url)) {
    throw new DatabaseError(
      'database-unreachable',
      'DATABASE_URL is not a PostgreSQL URL. Set it to postgres://USER:PASSWORD@HOST:PORT/DATABASE.',
    );
  }
  const pool = new Pool({
    connectionString: url,
    application_name: 'sightline',
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    types: numbersAsNumbers(),
  });
  // Without a listener on each connection, one that is lost between two statements of a transaction ends the process.
  pool.on('connect', (client) => {
    client.on('error', ({ message }) => {
      // Not the error itself: the pool ties the connection with its settings to it.
      logger.warn(
        { code: 'database-connection-lost', reason: message },
        'a connection to the database was lost; the next query opens another',
      );
    });
  });
  pool.on('error', () => {
    // The pool repeats what the connection has reported.
  });
  return new PostgresDialect({ pool });
}

/** Times, sizes and their sums come back as SQLite gives them: all of them are below 2^53. */
function numbersAsNumbers(): TypeOverrides {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.INT8, Number);
  overrides.setTypeParser(types.builtins.NUMERIC, Number);
  return overrides;
}
