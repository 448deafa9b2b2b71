import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { id } from '@sightline/shared';
import { createLogger } from '@sightline/shared/node';
import { hostileText } from '@sightline/shared/testing/names';
import fc from 'fast-check';
import { anExportJob } from './anExportJob.ts';
import { openJobFolders } from './jobFolders.ts';

const logger = createLogger('test', 'silent');

let outer: string;
beforeEach(async () => {
  outer = await mkdtemp(join(tmpdir(), 'sightline-jobs-'));
});
afterEach(() => rm(outer, { recursive: true }));

it('keeps an export under every id that it may have, below its folder', async () => {
  const ids = fc.uniqueArray(
    fc.oneof(
      fc.constantFrom('job.json', 'work', 'result', '..', '.'),
      hostileText.filter((text) => id.safeParse(text).success),
    ),
    { minLength: 40, maxLength: 60, size: 'max' },
  );
  await fc.assert(
    fc.asyncProperty(ids, async (all) => {
      const folders = await openJobFolders(join(outer, 'exports'), logger);
      const status = { state: 'running' as const, progress: 0.5, message: null, bytes: null };
      for (const [orderedAtMs, exportId] of all.entries()) {
        await folders.add({ job: anExportJob(exportId), orderedAtMs, status });
        await folders.writeStatus(exportId, status);
        await writeFile(join(await folders.clearWork(exportId), 'made'), exportId);
        expect(await folders.keepResult(exportId, 'made')).toBe(Buffer.byteLength(exportId));
      }
      const again = await openJobFolders(join(outer, 'exports'), logger);
      expect((await again.list()).map(({ job }) => job.exportId)).toEqual(all);
      for (const exportId of all) await again.remove(exportId);
      expect(await readdir(again.path)).toEqual([]);
      expect(await readdir(outer)).toEqual(['exports']);
    }),
    { numRuns: 1, endOnFailure: true },
  );
});

it('makes no path of what can be no part of one', async () => {
  const folders = await openJobFolders(join(outer, 'exports'), logger);
  for (const exportId of ['', '\ud800', '漢'.repeat(64)]) {
    expect(() => folders.resultOf(exportId)).toThrow(/cannot be called/);
    await expect(folders.clearWork(exportId)).rejects.toThrow(/cannot be called/);
    await expect(folders.remove(exportId)).rejects.toThrow(/cannot be called/);
  }
  expect(await readdir(folders.path)).toEqual([]);
});
