import files from '@fastify/static';
import { exportFileName } from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import type { FastifyRequest } from 'fastify';
import type { MediaAccess } from '../http/mediaAccess.ts';
import type { HttpModule } from '../http/server.ts';
import type { ExportQueue } from './exportQueue.ts';

type ExportRequest = FastifyRequest<{ Params: { exportId: string }; Querystring: { token?: unknown } }>;

/** `/exports/:exportId`: what was exported, for whoever brings a token of it (with ranges, RFC 9110 section 14). */
export function exportModule(deps: {
  recorderId: string;
  /** The folder of all exports. */
  folder: string;
  queue: Pick<ExportQueue, 'result'>;
  access: MediaAccess;
  dashboardOrigins: readonly string[];
}): HttpModule {
  return {
    prefix: '/exports',
    cors: {
      origins: deps.dashboardOrigins,
      methods: ['GET', 'HEAD'],
      exposedHeaders: ['Content-Range', 'Accept-Ranges', 'ETag', 'Content-Disposition'],
    },
    async mount(scope) {
      await scope.register(files, { root: deps.folder, serve: false, cacheControl: false, dotfiles: 'deny' });
      scope.get('/:exportId', async (request: ExportRequest, reply) => {
        const { exportId } = request.params;
        if ((await deps.access.openExport(request.query.token)) !== exportId)
          throw new HttpProblem(403, 'forbidden', 'The token is for another export.');
        const result = deps.queue.result(exportId);
        if (result === undefined)
          throw new HttpProblem(404, 'not-found', 'There is no such export any more.');
        const { order, elsewhere } = result.job;
        const fileName = exportFileName({ ...order, exportId, recorderId: deps.recorderId, elsewhere });
        return reply
          .header('cache-control', 'private, no-store')
          .header('content-disposition', `attachment; filename="${fileName}"`)
          .type(order.output.kind === 'video' ? 'video/mp4' : 'application/zip')
          .sendFile(result.path);
      });
    },
  };
}
