import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePathPart, exportJob, exportState, type ExportJob } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import * as z from 'zod';
import { syncPath } from '../store/durable.ts';
import { readOrSetAside, writeNote } from '../store/note.ts';

const status = z.object({
  state: exportState,
  progress: z.number(),
  message: z.string().nullable(),
  bytes: z.number().nullable(),
});
const queued = z.object({ job: exportJob, orderedAtMs: z.number() });

/** How an export is doing. */
export type ExportStatus = z.output<typeof status>;
/** An export on disk. */
export interface KeptExport {
  job: ExportJob;
  orderedAtMs: number;
  status: ExportStatus;
}

/** The exports on disk: a folder for each, with the job, its status, the result, and what is needed on the way. */
export interface JobFolders {
  /** The folder of all of them. */
  readonly path: string;
  /**
   * In order of arrival. Removes what was not entered, or not removed, as a whole, and what cannot be read: it is asked for
   * again.
   */
  list(): Promise<KeptExport[]>;
  /** Enters a job; resolves when it is durable. */
  add(kept: KeptExport): Promise<void>;
  writeStatus(exportId: string, status: ExportStatus): Promise<void>;
  /** An empty folder for what is needed on the way. */
  clearWork(exportId: string): Promise<string>;
  /** Makes a file of the work folder the result, and removes the rest; resolves with its bytes when it is durable. */
  keepResult(exportId: string, file: string): Promise<number>;
  /** Relative to `path`. */
  resultOf(exportId: string): string;
  /** Removes everything of an export. */
  remove(exportId: string): Promise<void>;
}

const JOB = 'job.json';
const STATUS = 'status.json';
const WORK = 'work';
const RESULT = 'result';

/** Opens the exports below `path`. */
export async function openJobFolders(path: string, logger: Logger): Promise<JobFolders> {
  await mkdir(path, { recursive: true });
  const nameOf = (exportId: string): string => {
    const name = encodePathPart(exportId);
    if (name === undefined) throw new Error(`An export cannot be called ${JSON.stringify(exportId)}.`);
    return name;
  };
  const within = (exportId: string, ...rest: string[]): string => join(path, nameOf(exportId), ...rest);

  const read = async (folder: string): Promise<KeptExport | undefined> => {
    const job = await readOrSetAside(join(folder, JOB), queued, logger);
    const known = await readOrSetAside(join(folder, STATUS), status, logger);
    return job && { ...job, status: known ?? { state: 'queued', progress: 0, message: null, bytes: null } };
  };

  return {
    path,
    async list() {
      const kept: KeptExport[] = [];
      for (const name of await readdir(path)) {
        const found = await read(join(path, name));
        if (found !== undefined && nameOf(found.job.exportId) === name) kept.push(found);
        else await rm(join(path, name), { recursive: true, force: true });
      }
      return kept.sort((a, b) => a.orderedAtMs - b.orderedAtMs);
    },
    async add({ job, orderedAtMs }) {
      await mkdir(within(job.exportId), { recursive: true });
      await writeNote(within(job.exportId, JOB), { job, orderedAtMs });
      await syncPath(path);
    },
    writeStatus: (exportId, now) => writeNote(within(exportId, STATUS), now),
    async clearWork(exportId) {
      await rm(within(exportId, RESULT), { force: true });
      await rm(within(exportId, WORK), { recursive: true, force: true });
      await mkdir(within(exportId, WORK));
      return within(exportId, WORK);
    },
    async keepResult(exportId, file) {
      const made = within(exportId, WORK, file);
      await syncPath(made);
      await rename(made, within(exportId, RESULT));
      await rm(within(exportId, WORK), { recursive: true, force: true });
      await syncPath(within(exportId));
      return (await stat(within(exportId, RESULT))).size;
    },
    resultOf: (exportId) => join(nameOf(exportId), RESULT),
    async remove(exportId) {
      // What has no job any more is removed at the next start, should this not come to its end.
      await rm(within(exportId, JOB), { force: true });
      await rm(within(exportId), { recursive: true, force: true });
    },
  };
}
