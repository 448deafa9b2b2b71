import { afterEach, beforeEach } from '@jest/globals';
import type { Dialect } from 'kysely';
import type { Database } from '../database.ts';

/** A database without tables, of one dialect. */
export interface EmptyDatabase {
  /** For what has to happen before, or beside, the migrations. */
  dialect(): Dialect;
  /** Opens it as the sfu does; again too, once it is closed. */
  open(): Promise<Database>;
}

/** How a suite gets a database of its own for each test. */
export type CreateEmptyDatabase = () => Promise<EmptyDatabase>;

/** Opens a new database before each test, closes it after, and says which it is. */
export function freshDatabase(create: CreateEmptyDatabase): () => Database {
  let current: Database | undefined;
  beforeEach(async () => {
    current = await (await create()).open();
  });
  afterEach(async () => {
    await current?.destroy();
    current = undefined;
  });
  return () => {
    if (current === undefined) throw new Error('There is a database only within a test.');
    return current;
  };
}
