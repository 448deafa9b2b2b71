import {
  DEFAULT_IDLE_THRESHOLD_MS,
  DEFAULT_RETENTION,
  company,
  companyChange,
  companyList,
  companyOrder,
  id,
  type Clock,
  type Company,
} from '@sightline/shared';
import * as z from 'zod';
import { requestedBy } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { OrganisationRepository } from '../db/organisation.ts';
import { unknownCompany } from './admit.ts';
import type { Api } from './route.ts';

/** What the routes of companies need. */
export interface CompaniesRoutesDeps {
  organisation: Pick<OrganisationRepository, 'addCompany' | 'listCompanies' | 'changeCompany'>;
  /** Has to know from when on a company's machines count as idle. */
  presence: { companyChanged(company: Company): void };
  auditLog: AuditLog;
  newId: () => string;
  clock: Clock;
}

/** `/api/v1/companies` */
export function companiesRoutes(
  api: Api,
  { organisation, presence, auditLog, newId, clock }: CompaniesRoutesDeps,
): void {
  api.route({
    method: 'GET',
    url: '/api/v1/companies',
    summary: 'Lists the companies in which you have a role.',
    access: 'company.view',
    input: {},
    response: companyList,
    handler: async (_input, { reach }) => ({
      companies: (await organisation.listCompanies()).filter(
        ({ companyId }) => reach.everywhere || reach.companies.has(companyId),
      ),
    }),
  });

  api.route({
    method: 'POST',
    url: '/api/v1/companies',
    summary: 'Creates a company.',
    access: 'companies.create',
    input: { body: companyOrder },
    response: company,
    handler: async ({ body }, context) => {
      const created: Company = {
        companyId: newId(),
        name: body.name,
        idleThresholdMs: DEFAULT_IDLE_THRESHOLD_MS,
        retention: DEFAULT_RETENTION,
        createdAtMs: clock.nowMs(),
      };
      await organisation.addCompany(created);
      presence.companyChanged(created);
      const { companyId, name } = created;
      await auditLog.record({
        companyId,
        action: 'company-created',
        ...requestedBy(context),
        details: { name },
      });
      return created;
    },
  });

  api.route({
    method: 'PATCH',
    url: '/api/v1/companies/:companyId',
    summary: 'Changes a company.',
    access: 'company.manage',
    input: { params: z.object({ companyId: id }), body: companyChange },
    response: company,
    handler: async ({ params: { companyId }, body }, context) => {
      const { retention, ...rest } = body;
      const changed = await organisation.changeCompany(companyId, body);
      if (changed === undefined) throw unknownCompany();
      presence.companyChanged(changed);
      await auditLog.record({
        companyId,
        action: 'company-changed',
        ...requestedBy(context),
        details: { ...rest, ...retention },
      });
      return changed;
    },
  });
}
