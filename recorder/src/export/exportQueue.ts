import { ProtocolError, type Clock, type ExportJob, type ExportProgress } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import { createOutbox } from '../control/outbox.ts';
import { hasCode } from '../store/fileErrors.ts';
import { ExportError, type ExportControl } from './exportResult.ts';
import type { ExportStatus, JobFolders, KeptExport } from './jobFolders.ts';

/** Makes what a job orders into `file` in `folder`. Returns what a person should know of it. */
export type MakeExport = (
  job: ExportJob,
  to: { folder: string; file: string },
  control: ExportControl,
) => Promise<{ message: string | null }>;

/** The exports of this recorder: one is made at a time, in order of arrival, and restarts do no harm. */
export interface ExportQueue {
  /** Resolves when the queue on disk has the job. One that is known is not taken again. */
  start(job: ExportJob): Promise<void>;
  /** Resolves when nothing of the export is left. */
  cancel(exportId: string): Promise<void>;
  /** The result of one that is done; undefined for any other. `path` is relative to the folder of all exports. */
  result(exportId: string): { job: ExportJob; path: string } | undefined;
  /** The sfu is there: tells it how all exports are doing. */
  resume(): void;
  /** The sfu is gone. */
  pause(): void;
  /** Ends what is being made; the next start makes it anew. */
  close(): Promise<void>;
}

interface Entry extends KeptExport {
  abort: AbortController;
  isBeingMade: boolean;
  /** Resolves when its turn is over. */
  idle: Promise<void>;
}

const FILE = 'made';
const REPORT_EVERY = 0.01;

/** Opens the queue, and goes on with what an earlier process left. */
export async function openExportQueue(deps: {
  folders: JobFolders;
  make: MakeExport;
  /** @throws {ProtocolError} `unknown-export`: it is to be dropped. */
  report: (progress: ExportProgress) => Promise<unknown>;
  clock: Clock;
  logger: Logger;
}): Promise<ExportQueue> {
  const { folders, clock, logger } = deps;
  const entries = new Map<string, Entry>();
  let closed = false;
  let last: Promise<void> = Promise.resolve();

  const reports = createOutbox<null>({
    what: 'how an export is doing',
    // What it tells is read then, so that nothing outdated is told.
    send: async (exportId) => {
      const entry = entries.get(exportId);
      if (entry === undefined) return;
      try {
        await deps.report({ exportId, ...entry.status });
      } catch (error) {
        if (!(error instanceof ProtocolError) || error.code !== 'unknown-export') throw error;
        logger.info({ exportId }, 'an export is not wanted any more');
        await remove(exportId);
      }
    },
    onDone: () => Promise.resolve(),
    newestOnly: true,
    clock,
    logger,
  });

  const report = (exportId: string): void => reports.announce(exportId, null);

  const settle = async (entry: Entry, status: ExportStatus): Promise<void> => {
    entry.status = status;
    await folders.writeStatus(entry.job.exportId, status);
    report(entry.job.exportId);
  };

  const makeOne = async (entry: Entry): Promise<void> => {
    const { job, abort } = entry;
    const { exportId } = job;
    const { signal } = abort;
    const isDropped = (): boolean => signal.aborted;
    if (isDropped()) return;
    entry.isBeingMade = true;
    try {
      const folder = await folders.clearWork(exportId);
      await settle(entry, { state: 'running', progress: 0, message: null, bytes: null });
      const onProgress = (progress: number): void => {
        if (progress < entry.status.progress + REPORT_EVERY) return;
        entry.status = { ...entry.status, progress };
        report(exportId);
      };
      signal.throwIfAborted();
      const { message } = await deps.make(job, { folder, file: FILE }, { signal, onProgress });
      signal.throwIfAborted();
      const bytes = await folders.keepResult(exportId, FILE);
      await settle(entry, { state: 'done', progress: 1, message, bytes });
      logger.info({ exportId, bytes }, 'an export is done');
    } catch (error) {
      if (isDropped()) return;
      logger.error({ exportId, err: error, code: 'export-failed' }, 'an export could not be made');
      await folders.clearWork(exportId).catch(() => undefined);
      await settle(entry, {
        state: 'failed',
        progress: entry.status.progress,
        message: reasonOf(error),
        bytes: null,
      });
    }
  };

  const enqueue = (kept: KeptExport): void => {
    const entry: Entry = {
      ...kept,
      abort: new AbortController(),
      isBeingMade: false,
      idle: Promise.resolve(),
    };
    entries.set(kept.job.exportId, entry);
    if (closed || !['queued', 'running'].includes(kept.status.state)) return;
    entry.idle = last = last
      .then(() => makeOne(entry))
      .catch((error: unknown) => {
        const { exportId } = kept.job;
        logger.error(
          { exportId, err: error },
          'how an export ended could not be kept; the next start makes it anew',
        );
      });
  };

  async function remove(exportId: string): Promise<void> {
    const entry = entries.get(exportId);
    entries.delete(exportId);
    void reports.flush(exportId);
    entry?.abort.abort(new Error('The export was cancelled.'));
    // One that waits behind another is passed over when its turn comes.
    if (entry?.isBeingMade === true) await entry.idle;
    await folders.remove(exportId);
  }

  for (const kept of await folders.list()) enqueue(kept);

  return {
    async start(job) {
      if (entries.has(job.exportId)) {
        report(job.exportId);
        return;
      }
      const status: ExportStatus = { state: 'queued', progress: 0, message: null, bytes: null };
      const kept = { job, orderedAtMs: clock.nowMs(), status };
      await folders.add(kept);
      if (!entries.has(job.exportId)) enqueue(kept);
    },
    cancel: remove,
    result(exportId) {
      const entry = entries.get(exportId);
      if (entry?.status.state !== 'done') return undefined;
      return { job: entry.job, path: folders.resultOf(exportId) };
    },
    resume() {
      reports.resume();
      for (const exportId of entries.keys()) report(exportId);
    },
    pause: () => reports.pause(),
    async close() {
      closed = true;
      reports.pause();
      for (const { abort } of entries.values()) abort.abort(new Error('The recorder is shutting down.'));
      await last;
    },
  };
}

/** Why an export failed, and what to do, for a person. */
function reasonOf(error: unknown): string {
  if (error instanceof ExportError) return error.message;
  if (hasCode(error, 'ENOSPC') || String(error).includes('No space left')) {
    return 'The recorder’s disk is full; free some space, then order it again.';
  }
  const words = error instanceof Error ? error.message : String(error);
  return `It could not be made; order it again. The recorder’s log says more: ${words}`.slice(0, 2_000);
}
