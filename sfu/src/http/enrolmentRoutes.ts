import {
  enrolment,
  enrolmentOrder,
  enrolmentTokenList,
  enrolmentTokenOrder,
  id,
  newEnrolmentToken,
  type Clock,
} from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import * as z from 'zod';
import { requestedBy } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { EnrolmentTokensRepository } from '../db/devices.ts';
import type { OrganisationRepository } from '../db/organisation.ts';
import type { Enrolling } from '../enrolment/enrolment.ts';
import { unknownGroup } from './groupsRoutes.ts';
import { throttled } from './ownAccount.ts';
import type { Api } from './route.ts';

/** What the routes of enrolment need. */
export interface EnrolmentRoutesDeps {
  enrolling: Enrolling;
  tokens: Pick<EnrolmentTokensRepository, 'listEnrolmentTokens' | 'deleteEnrolmentToken'>;
  organisation: Pick<OrganisationRepository, 'findGroup'>;
  auditLog: AuditLog;
  clock: Clock;
}

const COMPANY_TOKENS = '/api/v1/companies/:companyId/enrolment-tokens';
const companyParams = z.object({ companyId: id });

/** `/api/v1/companies/:companyId/enrolment-tokens` and `/api/v1/enrol` */
export function enrolmentRoutes(api: Api, deps: EnrolmentRoutesDeps): void {
  const { enrolling, tokens, auditLog } = deps;

  api.route({
    method: 'GET',
    url: COMPANY_TOKENS,
    summary: 'Lists the enrolment tokens that can still be used.',
    access: 'devices.manage',
    input: { params: companyParams },
    response: enrolmentTokenList,
    handler: async ({ params }) => ({
      tokens: await tokens.listEnrolmentTokens(params.companyId, deps.clock.nowMs()),
    }),
  });

  api.route({
    method: 'POST',
    url: COMPANY_TOKENS,
    summary: 'Creates an enrolment token. Its secret is shown this once.',
    access: 'devices.manage',
    input: { params: companyParams, body: enrolmentTokenOrder },
    response: newEnrolmentToken,
    handler: async ({ params: { companyId }, body }, context) => {
      const { groupId } = body;
      if (groupId !== null && (await deps.organisation.findGroup(companyId, groupId)) === undefined) {
        throw unknownGroup(400);
      }
      return enrolling.createToken({ companyId, ...body }, requestedBy(context));
    },
  });

  api.route({
    method: 'DELETE',
    url: `${COMPANY_TOKENS}/:tokenId`,
    summary: 'Deletes an enrolment token. Devices that enrolled with it stay.',
    access: 'devices.manage',
    input: { params: z.object({ companyId: id, tokenId: id }) },
    response: 'nothing',
    handler: async ({ params: { companyId, tokenId } }, context) => {
      if (!(await tokens.deleteEnrolmentToken(companyId, tokenId))) {
        throw new HttpProblem(404, 'unknown-token', 'The company has no such enrolment token.');
      }
      const details = { tokenId };
      await auditLog.record({
        companyId,
        action: 'enrolment-token-deleted',
        ...requestedBy(context),
        details,
      });
    },
  });

  api.route({
    method: 'POST',
    url: '/api/v1/enrol',
    summary: 'Exchanges one use of an enrolment token for the credential of a device.',
    access: 'public',
    input: { body: enrolmentOrder },
    response: enrolment,
    handler: async ({ body }, { address, reply }) => {
      const answer = await enrolling.enrol(body, address);
      if (answer.ok) return answer.value;
      if (answer.error.code === 'unknown-token') {
        throw new HttpProblem(
          403,
          'enrolment-refused',
          'This enrolment link is not known, has expired or is used up; ask an administrator for a new one.',
        );
      }
      throw throttled(reply, answer.error.waitMs);
    },
  });
}
