import { Readable } from 'node:stream';
import { id } from '@sightline/shared';
import * as z from 'zod';
import { requestedBy } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import { readChain, toNdjson } from '../audit/exportChain.ts';
import type { SealsRepository } from '../db/seals.ts';
import type { Api } from './route.ts';

/** `/api/v1/companies/:companyId/seals` */
export function sealsRoutes(
  api: Api,
  { repository, auditLog }: { repository: Pick<SealsRepository, 'read' | 'lastNumber'>; auditLog: AuditLog },
): void {
  api.route({
    method: 'GET',
    url: '/api/v1/companies/:companyId/seals',
    summary: 'Exports the log of all seals of the company’s recordings, for "sightline-verify --seals".',
    access: 'audit.view',
    input: { params: z.object({ companyId: id }) },
    response: { file: 'application/x-ndjson' },
    handler: async ({ params: { companyId } }, context) => {
      const lastNumber = await repository.lastNumber(companyId);
      await auditLog.record({
        companyId,
        action: 'seals-exported',
        ...requestedBy(context),
        details: { entries: lastNumber },
      });
      const name = `seals-${encodeURIComponent(companyId)}-${lastNumber}.ndjson`;
      void context.reply.header('content-disposition', `attachment; filename="${name}"`);
      return Readable.from(toNdjson(readChain(repository, companyId, lastNumber)));
    },
  });
}
