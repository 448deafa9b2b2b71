import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRunFolder, encodeRunFolder } from '@sightline/shared';
import * as z from 'zod';
import { replaceFile, syncPath } from './durable.ts';

const openRun = z.object({
  /** The run's folder, relative to the recordings' root. */
  folder: z.string(),
  rtcpPort: z.int().positive(),
});

/** A run that is recorded, or of which something has not been acknowledged yet. */
export interface OpenRun extends z.output<typeof openRun> {
  runId: string;
}

/** The register, on disk, of runs that need care after a restart. */
export interface OpenRuns {
  add(run: OpenRun): Promise<void>;
  remove(runId: string): Promise<void>;
  list(): Promise<OpenRun[]>;
}

/** Keeps one small file per open run in `dir`. */
export async function createOpenRuns(dir: string): Promise<OpenRuns> {
  await mkdir(dir, { recursive: true });
  const pathOf = (runId: string): string => join(dir, `${encodeRunFolder(runId)}.json`);
  return {
    async add({ runId, ...run }) {
      await replaceFile(pathOf(runId), JSON.stringify(run));
      await syncPath(dir);
    },
    remove: (runId) => rm(pathOf(runId), { force: true }),
    async list() {
      const runs: OpenRun[] = [];
      for (const name of (await readdir(dir)).filter((entry) => entry.endsWith('.json'))) {
        const runId = decodeRunFolder(name.slice(0, -'.json'.length));
        if (runId === undefined) continue;
        runs.push({ runId, ...openRun.parse(JSON.parse(await readFile(join(dir, name), 'utf8'))) });
      }
      return runs;
    },
  };
}
