import { Readable } from 'node:stream';
import { auditPage, auditQuery, id, type AuditEntry } from '@sightline/shared';
import * as z from 'zod';
import { requestedBy } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import { readChain, toCsv, toNdjson } from '../audit/exportChain.ts';
import type { AuditRepository } from '../db/audit.ts';
import type { OrganisationRepository } from '../db/organisation.ts';
import { forbidden, requireCompany, type Admitted } from './admit.ts';
import type { Api, RouteContext } from './route.ts';

/** What the routes of the audit log need. */
export interface AuditRoutesDeps {
  repository: Pick<AuditRepository, 'list' | 'read'>;
  organisation: Pick<OrganisationRepository, 'findCompany'>;
  auditLog: AuditLog;
}

const chainQuery = z.object({ companyId: id.exactOptional() });

/** `/api/v1/audit` */
export function auditRoutes(api: Api, { repository, organisation, auditLog }: AuditRoutesDeps): void {
  /** The chain that is asked for, if the caller may see it. */
  const requireChain = async (admitted: Admitted, companyId: string | undefined): Promise<string | null> => {
    if (companyId === undefined) {
      if (!admitted.reach.everywhere) throw forbidden();
      return null;
    }
    await requireCompany(admitted, companyId, {
      withinGroups: false,
      companyExists: async (wanted) => (await organisation.findCompany(wanted)) !== undefined,
    });
    return companyId;
  };

  const exportChain = async (
    context: RouteContext & Admitted,
    wanted: string | undefined,
    format: 'ndjson' | 'csv',
  ): Promise<AsyncIterable<AuditEntry>> => {
    const companyId = await requireChain(context, wanted);
    const own = await auditLog.record({
      companyId,
      action: 'audit-exported',
      ...requestedBy(context),
      details: { format },
    });
    const name = `audit-${encodeURIComponent(companyId ?? 'all-companies')}-${own.number}.${format}`;
    void context.reply.header('content-disposition', `attachment; filename="${name}"`);
    return readChain(repository, companyId, own.number);
  };

  api.route({
    method: 'GET',
    url: '/api/v1/audit',
    summary: 'Lists what happened in a company, the newest first.',
    access: 'audit.view',
    input: { query: auditQuery },
    response: auditPage,
    handler: async ({ query }, context) => {
      const companyId = await requireChain(context, query.companyId);
      return { entries: await repository.list({ ...query, companyId }) };
    },
  });

  api.route({
    method: 'GET',
    url: '/api/v1/audit/export',
    summary: 'Exports a whole chain, an entry per line; "npm run verify-audit -- FILE" verifies it offline.',
    access: 'audit.view',
    input: { query: chainQuery },
    response: { file: 'application/x-ndjson' },
    handler: async ({ query }, context) =>
      Readable.from(toNdjson(await exportChain(context, query.companyId, 'ndjson'))),
  });

  api.route({
    method: 'GET',
    url: '/api/v1/audit/export.csv',
    summary: 'Exports a whole chain for a spreadsheet.',
    access: 'audit.view',
    input: { query: chainQuery },
    response: { file: 'text/csv' },
    handler: async ({ query }, context) =>
      Readable.from(toCsv(await exportChain(context, query.companyId, 'csv'))),
  });
}
