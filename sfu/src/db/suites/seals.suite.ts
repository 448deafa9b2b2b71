import { beforeEach, describe, expect, it } from '@jest/globals';
import { findLinkFault, type ChainLink } from '@sightline/shared/node';
import type { Database } from '../database.ts';
import { createSealsRepository, type ReportedSeal } from '../seals.ts';
import { companyOf } from './fixtures.ts';
import { createOrganisationRepository } from '../organisation.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const seal = (sealNumber: number, change: Partial<ReportedSeal> = {}): ReportedSeal => ({
  companyId: 'c1',
  atMs: 1_000 * sealNumber,
  recorderId: 'r1',
  sessionId: 's1',
  sealNumber,
  sealedHash: String(sealNumber).padStart(64, '0'),
  keyId: 'a'.repeat(64),
  signature: 'signature',
  ...change,
});

/** Reports the seals at once, by all connections in turn, each twice, and checks that the chain is whole. */
export async function expectWholeSealLog(databases: readonly Database[], sessionIds: readonly string[]) {
  const repositories = databases.map(createSealsRepository);
  const [first] = repositories;
  if (first === undefined) throw new RangeError('At least one database is needed.');
  const reports = sessionIds.flatMap((sessionId) => [1, 2, 3].map((number) => seal(number, { sessionId })));
  const outcomes = await Promise.all(
    [...reports, ...reports].map((report, at) =>
      (repositories[at % repositories.length] ?? first).append(report),
    ),
  );
  expect(new Set(outcomes)).toEqual(new Set(['in-log']));
  const log = await first.read('c1', 0, 1_000);
  expect(log).toHaveLength(reports.length);
  let last: ChainLink | undefined;
  for (const entry of log) {
    expect(findLinkFault(last, entry)).toBeUndefined();
    last = entry;
  }
}

/** Sessions of company `c1`, for seals to be about. */
export async function seedSessions(database: Database, sessionIds: readonly string[]): Promise<void> {
  await createOrganisationRepository(database).addCompany(companyOf('c1'));
  await database
    .insertInto('sessions')
    .values(
      sessionIds.map((session_id) => ({
        session_id,
        company_id: 'c1',
        device_id: null,
        user_id: 'ann',
        user_name: 'Ann',
        host_name: 'desk',
        started_at_ms: 1_000,
        ended_at_ms: null,
        end_reason: null,
      })),
    )
    .execute();
}

/** What the companies' logs of seals must do on every database. */
export function sealsSuite(create: CreateEmptyDatabase): void {
  describe('the log of seals', () => {
    const database = freshDatabase(create);
    const seals = () => createSealsRepository(database());
    beforeEach(() => seedSessions(database(), ['s1', 's2']));

    it('is a chain, however many are reported at once and again', () =>
      expectWholeSealLog([database()], ['s1', 's2']));

    it('takes no seal of a session that the company has not', async () => {
      await expect(seals().append(seal(1, { sessionId: 'nothing' }))).resolves.toBe('unknown-session');
      await expect(seals().append(seal(1, { companyId: 'c2' }))).resolves.toBe('unknown-session');
      await expect(seals().lastNumber('c1')).resolves.toBe(0);
    });

    it('keeps the first of two seals that say different things of one place', async () => {
      await seals().append(seal(1));
      await expect(seals().append(seal(1, { sealedHash: 'f'.repeat(64) }))).resolves.toBe('conflict');
      await expect(seals().read('c1', 0, 10)).resolves.toMatchObject([seal(1)]);
    });

    it('is read page by page, and the last seal of each session and key by itself', async () => {
      const newKey = { keyId: 'b'.repeat(64) };
      for (const report of [
        seal(2),
        seal(9),
        seal(2, { sessionId: 's2' }),
        seal(5, { recorderId: 'r2' }),
        seal(11, newKey),
        seal(12, newKey),
      ])
        await seals().append(report);
      expect((await seals().read('c1', 1, 2)).map(({ number }) => number)).toEqual([2, 3]);
      expect((await seals().lastOfSessions('c1', ['s1', 'nothing'])).map(({ number }) => number)).toEqual([
        2, 4, 6,
      ]);
      await expect(seals().lastOfSessions('c2', ['s1'])).resolves.toEqual([]);
      await expect(seals().lastNumber('c1')).resolves.toBe(6);
    });
  });
}
