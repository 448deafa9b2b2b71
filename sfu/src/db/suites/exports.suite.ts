import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ExportView } from '@sightline/shared';
import { createExportsRepository, type ExportChange } from '../exports.ts';
import { createOrganisationRepository } from '../organisation.ts';
import { companyOf } from './fixtures.ts';
import { freshDatabase, type CreateEmptyDatabase } from './testDatabase.ts';

const exportOf = (exportId: string, change: Partial<ExportView> = {}): ExportView => ({
  exportId,
  companyId: 'c1',
  from: { kind: 'user', userId: 'zoë %1' },
  fromMs: 1_000,
  toMs: 9_000,
  caseNumber: 'A-1',
  output: {
    kind: 'video',
    trackId: 'display-1',
    burnIn: { wallClock: true, user: false, caseNumber: true },
  },
  requestedBy: { accountId: 'a1', name: 'Ann' },
  requestedAtMs: 5_000,
  recorderId: 'r1',
  elsewhere: [{ recorderId: 'r2', sessionId: 's1', trackId: 'display-1', fromMs: 2_000, toMs: 3_000 }],
  state: 'queued',
  progress: 0,
  message: null,
  bytes: null,
  finishedAtMs: null,
  ...change,
});

const running: ExportChange = {
  state: 'running',
  progress: 0.25,
  message: null,
  bytes: null,
  finishedAtMs: null,
};
const done: ExportChange = { state: 'done', progress: 1, message: 'cut', bytes: 7, finishedAtMs: 8_000 };

/** What exports must do on every database. */
export function exportsSuite(create: CreateEmptyDatabase): void {
  describe('exports', () => {
    const database = freshDatabase(create);
    const exports = () => createExportsRepository(database());

    beforeEach(async () => {
      for (const companyId of ['c1', 'c2'])
        await createOrganisationRepository(database()).addCompany(companyOf(companyId));
    });

    it('are given back as they were put in', async () => {
      await exports().add([exportOf('e1')]);
      expect(await exports().find('e1')).toEqual(exportOf('e1'));
      expect(await exports().find('none')).toBeUndefined();
      const evidence = exportOf('e2', {
        from: { kind: 'session', sessionId: 's1' },
        output: { kind: 'evidence' },
      });
      await exports().add([evidence]);
      expect(await exports().find('e2')).toEqual(evidence);
    });

    it('are put in all together, or not at all', async () => {
      await exports().add([exportOf('e1')]);
      await expect(exports().add([exportOf('e2'), exportOf('e1')])).rejects.toThrow();
      expect(await exports().find('e2')).toBeUndefined();
    });

    it('are listed newest first, of the companies asked for', async () => {
      await exports().add([
        exportOf('old'),
        exportOf('new', { requestedAtMs: 6_000 }),
        exportOf('foreign', { companyId: 'c2', requestedAtMs: 7_000 }),
      ]);
      const listed = async (companies: readonly string[] | 'all', limit = 10) =>
        (await exports().list(companies, limit)).map(({ exportId }) => exportId);
      expect(await listed('all')).toEqual(['foreign', 'new', 'old']);
      expect(await listed('all', 1)).toEqual(['foreign']);
      expect(await listed(['c1'])).toEqual(['new', 'old']);
      expect(await listed([])).toEqual([]);
    });

    it('only move forward', async () => {
      await exports().add([exportOf('e1')]);
      expect(await exports().change('e1', running)).toEqual(exportOf('e1', running));
      expect(await exports().change('e1', { ...running, state: 'queued' })).toBeUndefined();
      expect(await exports().change('e1', { ...running, progress: 0.1 })).toMatchObject({ progress: 0.1 });
      expect(await exports().change('e1', done)).toMatchObject(done);
      expect(await exports().change('e1', done)).toMatchObject(done);
      expect(await exports().change('e1', { ...done, state: 'failed' })).toBeUndefined();
      expect(await exports().change('e1', { ...done, state: 'cancelled' })).toMatchObject({
        state: 'cancelled',
      });
      expect(await exports().change('e1', done)).toBeUndefined();
      expect(await exports().change('none', done)).toBeUndefined();
    });

    it('that a recorder still owes are known', async () => {
      await exports().add([
        exportOf('second', { requestedAtMs: 6_000 }),
        exportOf('first'),
        exportOf('done'),
        exportOf('elsewhere', { recorderId: 'r2' }),
      ]);
      await exports().change('done', done);
      await exports().change('second', running);
      const owed = await exports().listUnfinished('r1');
      expect(owed.map(({ exportId }) => exportId)).toEqual(['first', 'second']);
    });
  });
}
