import {
  MAX_EXPORT_MS,
  MAX_EXPORT_SOURCES,
  downloadGrant,
  exportFileName,
  exportList,
  exportOrder,
  exportView,
  id,
  type Clock,
  type ExportView,
} from '@sightline/shared';
import { HttpProblem, signMediaToken } from '@sightline/shared/node';
import * as z from 'zod';
import { requestedBy } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { ExportsRepository } from '../db/exports.ts';
import type { RecordedMediaRepository } from '../db/recordedMedia.ts';
import { mediaOf, type Exports } from '../exports/exports.ts';
import { isWithin, type Reach } from '../identity/authorise.ts';
import { holdingsOf } from '../recording/mediaHolder.ts';
import type { RecorderPool } from '../recording/recorderPool.ts';
import type { Api } from './route.ts';

/** What the routes of exports need. */
export interface ExportsRoutesDeps {
  exports: Pick<Exports, 'order' | 'cancel'>;
  repository: Pick<ExportsRepository, 'find' | 'list'>;
  recordedMedia: RecordedMediaRepository;
  recorders: Pick<RecorderPool, 'find'>;
  recorderSecret: string;
  auditLog: AuditLog;
  clock: Clock;
}

/** A download has to begin within this time; then ask again. */
const GRANT_MS = 10 * 60_000;
const LIST_LIMIT = 200;

const params = z.object({ exportId: id });

/** `/api/v1/exports` */
export function exportsRoutes(api: Api, deps: ExportsRoutesDeps): void {
  const { exports, repository, auditLog } = deps;

  /** What is out of reach is answered like what does not exist. */
  const find = async (reach: Reach, exportId: string): Promise<ExportView> => {
    const found = await repository.find(exportId);
    if (found !== undefined && isWithin(reach, { companyId: found.companyId })) return found;
    throw new HttpProblem(404, 'unknown-export', 'There is no such export.');
  };

  api.route({
    method: 'POST',
    url: '/api/v1/exports',
    summary:
      'Orders exports: a video of a track, or an evidence package, of each recorder that has media of it.',
    access: 'recordings.export',
    input: { body: exportOrder },
    response: exportList,
    handler: async ({ body: order }, context) => {
      const lengthMs = order.toMs - order.fromMs;
      if (lengthMs <= 0 || lengthMs > MAX_EXPORT_MS)
        throw new HttpProblem(400, 'bad-range', 'toMs: must be after fromMs, by at most 31 days.');
      const media = isWithin(context.reach, order) ? await deps.recordedMedia.find(mediaOf(order)) : [];
      if (holdingsOf(media).length === 0)
        throw new HttpProblem(404, 'nothing-recorded', 'Nothing is recorded there that could be exported.');
      if (media.length > MAX_EXPORT_SOURCES) {
        const detail = `${media.length} tracks lie in this range; ask for a shorter one, of at most ${MAX_EXPORT_SOURCES}.`;
        throw new HttpProblem(400, 'too-many-sessions', detail);
      }
      const { accountId, name } = context.caller.principal;
      const ordered = await exports.order(order, media, { accountId, name });
      for (const one of ordered) {
        await auditLog.record({
          companyId: order.companyId,
          action: 'export-ordered',
          ...requestedBy(context),
          details: { ...detailsOf(one), fromMs: order.fromMs, toMs: order.toMs },
        });
      }
      return { exports: ordered };
    },
  });

  api.route({
    method: 'GET',
    url: '/api/v1/exports',
    summary: 'Lists the exports of your companies, the newest first.',
    access: 'recordings.export',
    input: {},
    response: exportList,
    handler: async (_input, { reach }) => ({
      exports: await repository.list(reach.everywhere ? 'all' : [...reach.companies.keys()], LIST_LIMIT),
    }),
  });

  api.route({
    method: 'GET',
    url: '/api/v1/exports/:exportId',
    summary: 'Tells how an export is doing.',
    access: 'recordings.export',
    input: { params },
    response: exportView,
    handler: ({ params: { exportId } }, { reach }) => find(reach, exportId),
  });

  api.route({
    method: 'DELETE',
    url: '/api/v1/exports/:exportId',
    summary: 'Cancels an export, or deletes what it has made.',
    access: 'recordings.export',
    input: { params },
    response: 'nothing',
    handler: async ({ params: { exportId } }, context) => {
      const found = await find(context.reach, exportId);
      if ((await exports.cancel(exportId)) === undefined) return;
      await auditLog.record({
        companyId: found.companyId,
        action: 'export-cancelled',
        ...requestedBy(context),
        details: detailsOf(found),
      });
    },
  });

  api.route({
    method: 'POST',
    url: '/api/v1/exports/:exportId/download',
    summary: 'Gives an address at which what was exported can be fetched for a while.',
    access: 'recordings.export',
    input: { params },
    response: downloadGrant,
    handler: async ({ params: { exportId } }, context) => {
      const found = await find(context.reach, exportId);
      if (found.state !== 'done')
        throw new HttpProblem(409, 'export-not-done', `There is nothing to fetch: it is ${found.state}.`);
      const recorder = deps.recorders.find(found.recorderId);
      if (recorder === undefined) {
        throw new HttpProblem(
          503,
          'recorder-missing',
          'The recorder that has this is not connected; start it and ask again.',
        );
      }
      await auditLog.record({
        companyId: found.companyId,
        action: 'export-downloaded',
        ...requestedBy(context),
        details: detailsOf(found),
      });
      const expiresAtMs = deps.clock.nowMs() + GRANT_MS;
      const token = await signMediaToken(deps.recorderSecret, { kind: 'export', exportId }, expiresAtMs);
      return {
        url: `${recorder.mediaBaseUrl}/exports/${exportId}?token=${token}`,
        fileName: exportFileName(found),
        expiresAtMs,
      };
    },
  });
}

/** What tells in the audit log which export it was. */
function detailsOf(stored: ExportView): Record<string, string> {
  const { exportId, recorderId, from, output, caseNumber } = stored;
  return {
    exportId,
    recorderId,
    output: output.kind,
    ...(from.kind === 'session' ? { sessionId: from.sessionId } : { userId: from.userId }),
    ...(output.kind === 'video' && { trackId: output.trackId }),
    ...(caseNumber !== undefined && { caseNumber }),
  };
}
