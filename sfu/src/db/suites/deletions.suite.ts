import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hold, HoldTarget } from '@sightline/shared';
import { createDeletionsRepository, type DeletionPlan } from '../deletions.ts';
import { createHoldsRepository } from '../holds.ts';
import { companyOf, seedDevices } from './fixtures.ts';
import { createOrganisationRepository } from '../organisation.ts';
import { putRecorded, runAt } from './recorded.ts';
import { createRecordingsRepository } from '../recordings.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const CORA = { accountId: 'cora', name: 'Cora' };
const holdOf = (holdId: string, target: HoldTarget, placedAtMs = 1): Hold => ({
  holdId,
  companyId: 'c1',
  target,
  reason: 'case 7',
  placedBy: CORA,
  placedAtMs,
  released: null,
});
const ofSession = (sessionId: string): HoldTarget => ({ kind: 'session', sessionId });

/** What holds and deletions must do on every database. */
export function deletionsSuite(create: CreateEmptyDatabase): void {
  describe('holds and deletions', () => {
    const database = freshDatabase(create);
    const holds = () => createHoldsRepository(database());
    const deletions = () => createDeletionsRepository(database());

    beforeEach(async () => {
      await seedDevices(database(), ['d1']);
      await putRecorded(database(), {
        sessionId: 's1',
        startedAtMs: 1_000,
        endedAtMs: 9_000,
        bytes: { r1: 100 },
      });
      await putRecorded(database(), {
        sessionId: 's2',
        startedAtMs: 2_000,
        endedAtMs: 8_000,
        bytes: { r1: 30, r2: 40 },
      });
    });

    const take =
      (...sessionIds: string[]) =>
      (recorderId: string): DeletionPlan =>
        sessionIds.map((sessionId) => ({ sessionId, recorderId, cause: 'retention-age' }));
    const claim = async (plan: (recorderId: string) => DeletionPlan, recorderId = 'r1') =>
      deletions().claim({
        recorderId,
        nowMs: 10_000,
        concerns: () => true,
        causes: ['retention-age'],
        plan: () => plan(recorderId),
      });
    const onlyClaim = async (sessionId: string, recorderId = 'r1') => {
      const [claimed] = await claim(take(sessionId), recorderId);
      if (claimed === undefined) throw new Error('Nothing was claimed.');
      return claimed;
    };
    const putPiece = async (sessionId: string, state: 'offered' | 'healed', atMs: number): Promise<void> => {
      await database()
        .insertInto('pieces')
        .values({
          piece_id: `piece of ${sessionId}`,
          session_id: sessionId,
          track_id: 'display-1',
          device_id: 'd1',
          recorder_id: 'r1',
          from_ms: 1_000,
          to_ms: 2_000,
          bytes: 1,
          sha256: 'a'.repeat(64),
          mime_type: 'video/webm',
          state,
          message: null,
          offered_at_ms: atMs,
          changed_at_ms: atMs,
        })
        .execute();
    };
    const deletedRuns = async () => {
      const rows = await database().selectFrom('segments').selectAll().orderBy('run_id').execute();
      return rows.filter((row) => row.deleted_at_ms !== null).map((row) => row.run_id);
    };

    it('show the plan what is there, by recorder, and what stands in the way', async () => {
      await holds().place(holdOf('h1', { kind: 'user', userId: 'ann', fromMs: 5, toMs: null }));
      await holds().place(holdOf('h2', ofSession('s1')));
      await holds().release('c1', 'h2', { atMs: 7, by: CORA, reason: 'closed' });
      await createOrganisationRepository(database()).addCompany(companyOf('c2'));
      let seen: unknown;
      await deletions().claim({
        recorderId: 'r1',
        nowMs: 10_000,
        concerns: () => true,
        causes: [],
        plan: (companies) => {
          seen = companies.toSorted((a, b) => a.companyId.localeCompare(b.companyId));
          return [];
        },
      });
      const common = { companyId: 'c1', userId: 'ann', awaited: false };
      expect(seen).toEqual([
        {
          companyId: 'c1',
          retention: companyOf('c1').retention,
          holds: [expect.objectContaining({ holdId: 'h1' })],
          sessions: [
            {
              ...common,
              sessionId: 's1',
              startedAtMs: 1_000,
              endedAtMs: 9_000,
              bytesAt: new Map([['r1', 100]]),
            },
            {
              ...common,
              sessionId: 's2',
              startedAtMs: 2_000,
              endedAtMs: 8_000,
              bytesAt: new Map([
                ['r1', 30],
                ['r2', 40],
              ]),
            },
          ],
        },
        expect.objectContaining({ companyId: 'c2', sessions: [] }),
      ]);
    });

    it('wait for what agents still have to upload, but not for ever', async () => {
      await putPiece('s1', 'offered', 10_000);
      const { claimId } = await onlyClaim('s1');
      expect(await deletions().begin(claimId, 'r1', 11_000)).toBeUndefined();
      const again = await onlyClaim('s1');
      expect(await deletions().begin(again.claimId, 'r1', 40 * 86_400_000)).toEqual(again);
    });

    it('name a claim again until it is reported deleted, and mark its segments then', async () => {
      const first = await onlyClaim('s2');
      expect(first).toMatchObject({
        sessionId: 's2',
        companyId: 'c1',
        userId: 'ann',
        sessionStartedAtMs: 2_000,
        cause: 'retention-age',
      });
      expect(await claim(take('s1', 's2'))).toMatchObject([{ sessionId: 's1' }, first]);
      expect(await claim(take(), 'r2')).toEqual([]);
      await deletions().done(first.claimId, 'r1', 30, 11_000);
      expect(await deletedRuns()).toEqual([]);
      expect(await deletions().findBegun(first.claimId, 'r1')).toBeUndefined();
      expect(await deletions().begin(first.claimId, 'r2', 10_500)).toBeUndefined();
      expect(await deletions().begin(first.claimId, 'r1', 10_500)).toEqual(first);
      expect(await deletions().begin(first.claimId, 'r1', 10_600)).toEqual(first);
      expect(await deletions().findBegun(first.claimId, 'r1')).toEqual({ claim: first, done: false });
      await deletions().done(first.claimId, 'r1', 30, 11_000);
      await deletions().done(first.claimId, 'r1', 40, 12_000);
      expect(await deletions().findBegun(first.claimId, 'r1')).toEqual({ claim: first, done: true });
      expect(await deletions().findBegun(first.claimId, 'r2')).toBeUndefined();
      expect(await deletedRuns()).toEqual([runAt('s2', 'r1')]);
      expect(await deletions().begin(first.claimId, 'r1', 13_000)).toBeUndefined();
      expect((await claim(take('s1'))).map(({ sessionId }) => sessionId)).toEqual(['s1']);
    });

    it('claim again what an agent has added after the deletion', async () => {
      const { claimId } = await onlyClaim('s1');
      await deletions().begin(claimId, 'r1', 10_500);
      await deletions().done(claimId, 'r1', 100, 11_000);
      const sizes = async (): Promise<unknown> => {
        let seen: unknown;
        await deletions().claim({
          recorderId: 'r1',
          nowMs: 12_000,
          concerns: () => true,
          causes: [],
          plan: ([company]) => {
            seen = company?.sessions.map(({ sessionId, bytesAt }) => [sessionId, bytesAt.get('r1')]);
            return [];
          },
        });
        return seen;
      };
      expect(await sizes()).toEqual([['s2', 30]]);
      await putPiece('s1', 'healed', 11_500);
      await createRecordingsRepository(database()).addSegments([
        {
          runId: runAt('s1', 'r1'),
          segment: { index: 1, startMs: 5_000, durationMs: 1, bytes: 7, sha256: 'a'.repeat(64), holes: [] },
        },
      ]);
      expect(await sizes()).toEqual([
        ['s1', 7],
        ['s2', 30],
      ]);
    });

    it('withdraw what is not chosen any more, unless its deletion has begun', async () => {
      const [s1, s2] = await claim(take('s1', 's2'));
      await deletions().begin(s1?.claimId ?? '', 'r1', 10_500);
      expect(await claim(take())).toEqual([s1]);
      expect(await deletions().begin(s2?.claimId ?? '', 'r1', 11_000)).toBeUndefined();
    });

    it('withdraw the claims that a hold meets, and say for what it comes too late', async () => {
      const [s1, s2] = await claim(take('s1', 's2'));
      const elsewhere = await onlyClaim('s2', 'r2');
      await deletions().begin(s1?.claimId ?? '', 'r1', 10_500);
      const company: HoldTarget = { kind: 'company', fromMs: null, toMs: null };
      expect(await holds().place(holdOf('h1', company))).toEqual(['s1']);
      expect(await claim(take('s1'))).toEqual([s1]);
      for (const [withdrawn, recorderId] of [
        [s2, 'r1'],
        [elsewhere, 'r2'],
      ] as const)
        expect(await deletions().begin(withdrawn?.claimId ?? '', recorderId, 11_000)).toBeUndefined();
      await deletions().done(s1?.claimId ?? '', 'r1', 1, 12_000);
      expect(await deletedRuns()).toEqual([runAt('s1', 'r1')]);
    });

    it('do not begin with a session that goes on again', async () => {
      const { claimId } = await onlyClaim('s1');
      await database()
        .updateTable('sessions')
        .set({ ended_at_ms: null })
        .where('session_id', '=', 's1')
        .execute();
      expect(await deletions().begin(claimId, 'r1', 11_000)).toBeUndefined();
    });

    it('let either a hold or a deletion win, never both', async () => {
      for (let round = 0; round < 10; round += 1) {
        const sessionId = `race-${round}`;
        await putRecorded(database(), { sessionId, startedAtMs: 5, endedAtMs: 6, bytes: { r1: 1 } });
        const { claimId } = await onlyClaim(sessionId);
        const [tooLateFor, begun] = await Promise.all([
          holds().place(holdOf(`hold-${round}`, ofSession(sessionId))),
          deletions().begin(claimId, 'r1', 11_000),
        ]);
        expect(tooLateFor).toEqual(begun === undefined ? [] : [sessionId]);
        if (begun !== undefined) await deletions().done(claimId, 'r1', 1, 12_000);
      }
    });

    it('list holds newest first, of one company, and release each once', async () => {
      const user: HoldTarget = { kind: 'user', userId: 'ann', fromMs: 5, toMs: 9 };
      await holds().place(holdOf('h1', ofSession('s1'), 1));
      await holds().place(holdOf('h2', user, 2));
      const release = { atMs: 7, by: CORA, reason: 'closed' };
      expect(await holds().release('c2', 'h1', release)).toBeUndefined();
      const released = { ...holdOf('h1', ofSession('s1'), 1), released: release };
      expect(await holds().release('c1', 'h1', release)).toEqual(released);
      expect(await holds().release('c1', 'h1', release)).toBeUndefined();
      expect(await holds().list('c1')).toEqual([holdOf('h2', user, 2), released]);
      expect(await holds().list('c2')).toEqual([]);
    });
  });
}
