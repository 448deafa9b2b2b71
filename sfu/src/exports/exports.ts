import {
  ProtocolError,
  type Clock,
  type ExportJob,
  type ExportOrder,
  type ExportProgress,
  type ExportView,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { ExportsRepository, StoredExport } from '../db/exports.ts';
import type { RecordedMedia, RecordedMediaRepository } from '../db/recordedMedia.ts';
import { holderOf } from '../recording/mediaHolder.ts';
import type { RecorderLink, RecorderPool } from '../recording/recorderPool.ts';

/** Gathers what of the sfu's goes into an evidence package. */
export type CollectEvidence = (
  order: ExportOrder,
  media: readonly RecordedMedia[],
) => Promise<NonNullable<ExportJob['evidence']>>;

/** Has recorders make exports, and keeps track of them. Its callers authorise. */
export interface Exports {
  /**
   * Puts an export on record and gives it to the recorder that has most of the media.
   *
   * @param media what the order asks for; at least one.
   * @throws {HttpProblem} 503 if that recorder is not connected.
   */
  order(
    order: ExportOrder,
    media: readonly RecordedMedia[],
    requestedBy: ExportView['requestedBy'],
  ): Promise<StoredExport>;
  /** Drops an export and everything that was made of it. Undefined if it was cancelled before, or there is none. */
  cancel(exportId: string): Promise<StoredExport | undefined>;
  /** A recorder tells how an export of its is doing. @throws {ProtocolError} `unknown-export`: it is to be dropped. */
  told(recorderId: string, progress: ExportProgress): Promise<void>;
}

/** Builds the {@link Exports}; whatever a recorder owes is asked of it again when it connects. */
export function createExports(deps: {
  repository: ExportsRepository;
  recordedMedia: RecordedMediaRepository;
  recorders: RecorderPool;
  collectEvidence: CollectEvidence;
  newId: () => string;
  clock: Clock;
  logger: Logger;
}): Exports {
  const { repository, recorders, clock, logger } = deps;

  const jobOf = async (
    exportId: string,
    order: ExportOrder,
    media: readonly RecordedMedia[],
  ): Promise<ExportJob> => ({
    exportId,
    order,
    userName: media[0]?.userName ?? '',
    sources: media.map(({ companyId, userId, sessionId, sessionStartedAtMs, trackId }) => ({
      companyId,
      userId,
      sessionId,
      sessionStartedAtMs,
      trackId,
    })),
    ...(order.output.kind === 'evidence' && { evidence: await deps.collectEvidence(order, media) }),
  });

  const start = async (link: RecorderLink, job: ExportJob): Promise<void> => {
    try {
      await link.startExport(job);
    } catch (error) {
      const { exportId } = job;
      logger.warn(
        { err: error, exportId, code: 'export-start-failed' },
        'the recorder did not take an export; it is asked again when it connects',
      );
    }
  };

  const startAgain = async (link: RecorderLink): Promise<void> => {
    for (const stored of await repository.listUnfinished(link.recorderId)) {
      const media = await deps.recordedMedia.find(mediaOf(stored));
      if (media.length === 0) continue;
      await start(link, await jobOf(stored.exportId, orderOf(stored), media));
    }
  };
  recorders.events.on('ready', (link) => {
    startAgain(link).catch((error: unknown) => {
      logger.error({ err: error, code: 'export-start-failed' }, 'exports could not be asked for again');
    });
  });

  return {
    async order(order, media, requestedBy) {
      const link = holderOf(media, recorders);
      const job = await jobOf(deps.newId(), order, media);
      const stored: StoredExport = {
        ...order,
        exportId: job.exportId,
        requestedBy,
        requestedAtMs: clock.nowMs(),
        recorderId: link.recorderId,
        state: 'queued',
        progress: 0,
        message: null,
        bytes: null,
        finishedAtMs: null,
      };
      await repository.add(stored);
      await start(link, job);
      return stored;
    },
    async cancel(exportId) {
      const cancelled = await repository.change(exportId, {
        state: 'cancelled',
        progress: 0,
        message: null,
        bytes: null,
        finishedAtMs: clock.nowMs(),
      });
      if (cancelled === undefined) return undefined;
      await recorders
        .find(cancelled.recorderId)
        ?.cancelExport(exportId)
        .catch((error: unknown) => {
          logger.warn(
            { err: error, exportId, code: 'export-cancel-failed' },
            'the recorder did not drop an export; it does when it reports on it',
          );
        });
      return cancelled;
    },
    async told(recorderId, { exportId, ...progress }) {
      const stored = await repository.find(exportId);
      if (stored?.recorderId !== recorderId || stored.state === 'cancelled')
        throw new ProtocolError('unknown-export', 'There is no such export; drop it.');
      const ended = progress.state === 'done' || progress.state === 'failed';
      const finishedAtMs = stored.finishedAtMs ?? (ended ? clock.nowMs() : null);
      const changed = await repository.change(exportId, { ...progress, finishedAtMs });
      if (changed?.state === 'failed' && stored.state !== 'failed') {
        logger.warn(
          { exportId, message: changed.message, code: 'export-failed' },
          'an export could not be made',
        );
      }
    },
  };
}

/** What an export was ordered with. */
function orderOf({ companyId, from, fromMs, toMs, caseNumber, output }: StoredExport): ExportOrder {
  return { companyId, from, fromMs, toMs, output, ...(caseNumber !== undefined && { caseNumber }) };
}

/** Where to look for the media of an order. */
export const mediaOf = ({ companyId, from, fromMs, toMs, output }: ExportOrder) => ({
  companyId,
  from,
  range: { fromMs, toMs },
  ...(output.kind === 'video' && { trackId: output.trackId }),
});
