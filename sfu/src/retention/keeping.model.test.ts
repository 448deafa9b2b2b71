import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RETENTION } from '@sightline/shared';
import fc from 'fast-check';
import { openSqliteDatabase } from '../db/database.ts';
import { createRepositories } from '../db/repositories.ts';
import { companyOf, seedDevices } from '../db/suites/fixtures.ts';
import { COMPANIES, HOUR_MS, World, step, type Step } from './keepingWorld.ts';

/** Each schedule has a database of its own: seconds where nothing else runs, and many of them where a whole suite does. */
const TIMEOUT_MS = 60_000;

/** A deletion is reported, and only then is there a hold. */
const HELD_TOO_LATE: Step[] = [
  { do: 'record', companyId: 'c1', userId: 'ann', lasts: 1, bytes: { r1: 1 } },
  { do: 'pass', hours: 1 },
  { do: 'ask', recorderId: 'r1', bytesNeeded: 1 },
  { do: 'begin', recorderId: 'r1', nth: 0 },
  { do: 'remove', recorderId: 'r1', nth: 0 },
  { do: 'report', recorderId: 'r1', nth: 0 },
  {
    ...{ do: 'hold', companyId: 'c1', kind: 'session', userId: 'ann', nth: 0 },
    ...{ fromMs: null, toMs: null },
  },
  { do: 'remove', recorderId: 'r1', nth: 0 },
];

describe('whatever is held, aged, needed, begun, and cut short', () => {
  it(
    'no second is removed that a hold promised to keep',
    async () => {
      let removed = 0;
      let tooLate = 0;
      let placed = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 90, size: 'max' }), async (steps) => {
          const database = await openSqliteDatabase(':memory:');
          try {
            await seedDevices(database, ['d1']);
            await createRepositories(database).organisation.addCompany(companyOf('c2'));
            for (const companyId of COMPANIES)
              await createRepositories(database).organisation.changeCompany(companyId, {
                retention: { ...DEFAULT_RETENTION, maxAgeMs: 5 * HOUR_MS, minAgeMs: 0 },
              });
            const world = new World(database);
            for (const next of steps) await world.take(next);
            removed += world.gone.size;
            placed += world.holds.length;
            tooLate += world.holds.filter(({ tooLateFor }) => tooLateFor.length > 0).length;
          } finally {
            await database.destroy();
          }
        }),
        { numRuns: 150, examples: [[HELD_TOO_LATE]] },
      );
      // The schedules have to reach what they are about.
      expect([removed > 15, placed > 200, tooLate > 3]).toEqual([true, true, true]);
    },
    TIMEOUT_MS,
  );
});
