import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, openSqliteDatabase } from './database.ts';
import { sqliteDialect } from './sqlite.ts';
import { databaseSuites } from './suites/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sightline-sqlite-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

describe('on SQLite', () => {
  databaseSuites(async () => {
    files += 1;
    const path = join(folder, `${files}.sqlite`);
    return { dialect: () => sqliteDialect(path), open: () => openSqliteDatabase(path) };
  });
});

describe('a SQLite database', () => {
  it('is made in the data folder, with the folder', async () => {
    const dataDir = join(folder, 'new', 'data');
    const options = { dataDir, url: undefined, logger: { warn: () => undefined } };
    for (let start = 0; start < 2; start += 1) await (await openDatabase(options)).destroy();
  });

  it('says what is wrong with a file that is none', async () => {
    const path = join(folder, 'none.sqlite');
    writeFileSync(path, 'This is not a database, and it is long enough for one to be told. '.repeat(20));
    await expect(openSqliteDatabase(path)).rejects.toMatchObject({
      code: 'database-unreachable',
      message: expect.stringContaining(path),
    });
  });
});
