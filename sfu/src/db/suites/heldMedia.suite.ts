import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hold, HoldTarget } from '@sightline/shared';
import { createDeletionsRepository } from '../deletions.ts';
import { createHeldMediaRepository } from '../heldMedia.ts';
import { createHoldsRepository } from '../holds.ts';
import { companyOf, seedDevices } from './fixtures.ts';
import { createOrganisationRepository } from '../organisation.ts';
import { putRecorded } from './recorded.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const CORA = { accountId: 'cora', name: 'Cora' };
const MINUTE_MS = 60_000;
const holdOf = (holdId: string, target: HoldTarget, companyId = 'c1'): Hold => ({
  holdId,
  companyId,
  target,
  reason: 'case 7',
  placedBy: CORA,
  placedAtMs: 1,
  released: null,
});
const EVERYTHING = { kind: 'company', fromMs: null, toMs: null } as const;

/** What must be known of held media on every database. */
export function heldMediaSuite(create: CreateEmptyDatabase): void {
  describe('held media', () => {
    const database = freshDatabase(create);
    const heldMedia = () => createHeldMediaRepository(database());
    const coveredBy = async (target: HoldTarget, companyId = 'c1'): Promise<string[]> =>
      (await heldMedia().coveredBy(holdOf('h', target, companyId)))
        .map(({ sessionId, recorderId }) => `${sessionId} at ${recorderId}`)
        .toSorted();
    const heldOf = async (...sessionIds: string[]): Promise<string[]> =>
      (await heldMedia().statesOf(sessionIds)).filter(({ held }) => held).map(({ sessionId }) => sessionId);

    beforeEach(async () => {
      await seedDevices(database(), ['d1']);
      await createOrganisationRepository(database()).addCompany(companyOf('c2'));
      const put = putRecorded.bind(undefined, database());
      await put({ sessionId: 's1', startedAtMs: 1_000, endedAtMs: 9_000, bytes: { r1: 1, r2: 1 } });
      await put({
        sessionId: 's2',
        userId: 'bob',
        startedAtMs: 10 * MINUTE_MS,
        endedAtMs: null,
        bytes: { r1: 1 },
      });
      await put({ sessionId: 's3', companyId: 'c2', startedAtMs: 1_000, endedAtMs: 9_000, bytes: { r1: 1 } });
      await put({ sessionId: 'nothing', startedAtMs: 1_000, endedAtMs: 9_000, bytes: {} });
    });

    it('is what a hold covers and a recorder has', async () => {
      expect(await coveredBy(EVERYTHING)).toEqual(['s1 at r1', 's1 at r2', 's2 at r1']);
      expect(await coveredBy(EVERYTHING, 'c2')).toEqual(['s3 at r1']);
      expect(await coveredBy({ kind: 'session', sessionId: 's1' })).toEqual(['s1 at r1', 's1 at r2']);
      expect(await coveredBy({ kind: 'session', sessionId: 's3' })).toEqual([]);
      const always = { fromMs: null, toMs: null };
      expect(await coveredBy({ kind: 'user', userId: 'bob', ...always })).toEqual(['s2 at r1']);
      expect(await coveredBy({ ...EVERYTHING, fromMs: 5 * MINUTE_MS })).toEqual(['s2 at r1']);
    });

    it('is not what was deleted', async () => {
      const deletions = createDeletionsRepository(database());
      const [claim] = await deletions.claim({
        recorderId: 'r1',
        nowMs: 10_000,
        concerns: () => true,
        causes: ['retention-age'],
        plan: () => [{ sessionId: 's1', recorderId: 'r1', cause: 'retention-age' }],
      });
      await deletions.begin(claim?.claimId ?? '', 'r1', 11_000);
      expect(await coveredBy({ kind: 'session', sessionId: 's1' })).toEqual(['s1 at r1', 's1 at r2']);
      await deletions.done(claim?.claimId ?? '', 'r1', 1, 12_000);
      expect(await coveredBy({ kind: 'session', sessionId: 's1' })).toEqual(['s1 at r2']);
    });

    it('is held as long as any hold stands', async () => {
      const holds = createHoldsRepository(database());
      await holds.place(holdOf('h1', { kind: 'session', sessionId: 's1' }));
      await holds.place(holdOf('h2', EVERYTHING));
      const all = ['s1', 's2', 's3', 'unknown'];
      expect((await heldOf(...all)).toSorted()).toEqual(['s1', 's2']);
      await holds.release('c1', 'h2', { atMs: 7, by: CORA, reason: 'closed' });
      expect(await heldOf(...all)).toEqual(['s1']);
      await holds.release('c1', 'h1', { atMs: 8, by: CORA, reason: 'closed' });
      expect(await heldMedia().statesOf(['s1', 'unknown'])).toEqual([
        { companyId: 'c1', userId: 'ann', sessionId: 's1', sessionStartedAtMs: 1_000, held: false },
      ]);
      expect(await heldMedia().statesOf([])).toEqual([]);
    });
  });
}
