import {
  ProtocolError,
  type Clock,
  type ExportJob,
  type ExportOrder,
  type ExportProgress,
  type ExportView,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { ExportsRepository } from '../db/exports.ts';
import type { RecordedMedia, RecordedMediaRepository } from '../db/recordedMedia.ts';
import { elsewhereThan, holderOf, holdingsOf } from '../recording/mediaHolder.ts';
import type { RecorderLink, RecorderPool } from '../recording/recorderPool.ts';

/** Gathers what of the sfu's goes into an evidence package. */
export type CollectEvidence = (
  order: ExportOrder,
  media: readonly RecordedMedia[],
) => Promise<NonNullable<ExportJob['evidence']>>;

/** Has recorders make exports, and keeps track of them. Its callers authorise. */
export interface Exports {
  /**
   * Puts an export on record for each recorder that has some of the media, and gives it to them. One that is not
   * connected is given it when it comes. The most first.
   *
   * @param media what the order asks for, and somebody has.
   * @throws {HttpProblem} 503 if none of these recorders is connected.
   */
  order(
    order: ExportOrder,
    media: readonly RecordedMedia[],
    requestedBy: ExportView['requestedBy'],
  ): Promise<ExportView[]>;
  /** Drops an export and everything that was made of it. Undefined if it was cancelled before, or there is none. */
  cancel(exportId: string): Promise<ExportView | undefined>;
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

  const jobOf = async (stored: ExportView, media: readonly RecordedMedia[]): Promise<ExportJob> => {
    const { exportId, recorderId, elsewhere } = stored;
    const order = orderOf(stored);
    return {
      exportId,
      order,
      userName: media[0]?.userName ?? '',
      // Nobody else has a manifest of these.
      sources: media
        .filter(({ byRecorder }) => byRecorder.has(recorderId))
        .map(({ companyId, userId, sessionId, sessionStartedAtMs, trackId }) => ({
          companyId,
          userId,
          sessionId,
          sessionStartedAtMs,
          trackId,
        })),
      elsewhere,
      ...(order.output.kind === 'evidence' && { evidence: await deps.collectEvidence(order, media) }),
    };
  };

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
      if (media.some(({ byRecorder }) => byRecorder.has(link.recorderId)))
        await start(link, await jobOf(stored, media));
    }
  };
  recorders.events.on('ready', (link) => {
    startAgain(link).catch((error: unknown) => {
      logger.error({ err: error, code: 'export-start-failed' }, 'exports could not be asked for again');
    });
  });

  return {
    async order(order, media, requestedBy) {
      // Somebody has to begin with it.
      holderOf(media, recorders);
      const requestedAtMs = clock.nowMs();
      const stored = holdingsOf(media).map(({ recorderId }): ExportView => ({
        ...order,
        exportId: deps.newId(),
        requestedBy,
        requestedAtMs,
        recorderId,
        elsewhere: elsewhereThan(recorderId, media),
        state: 'queued',
        progress: 0,
        message:
          recorders.find(recorderId) === undefined
            ? `The recorder ${recorderId} is not connected; it is made when that comes back.`
            : null,
        bytes: null,
        finishedAtMs: null,
      }));
      const jobs: ExportJob[] = [];
      for (const one of stored) jobs.push(await jobOf(one, media));
      await repository.add(stored);
      for (const [at, job] of jobs.entries()) {
        const link = recorders.find(stored[at]?.recorderId ?? '');
        if (link !== undefined) await start(link, job);
      }
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
function orderOf({ companyId, from, fromMs, toMs, caseNumber, output }: ExportView): ExportOrder {
  return { companyId, from, fromMs, toMs, output, ...(caseNumber !== undefined && { caseNumber }) };
}

/** Where to look for the media of an order. */
export const mediaOf = ({ companyId, from, fromMs, toMs, output }: ExportOrder) => ({
  companyId,
  from,
  range: { fromMs, toMs },
  ...(output.kind === 'video' && { trackId: output.trackId }),
});
