import { group, groupList, groupOrder, id, type Device } from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import * as z from 'zod';
import { requestedBy } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { OrganisationRepository } from '../db/organisation.ts';
import type { DeviceCredentials } from '../enrolment/deviceCredentials.ts';
import { isWithin } from '../identity/authorise.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { Api } from './route.ts';

/** What the routes of groups need. */
export interface GroupsRoutesDeps {
  organisation: Pick<OrganisationRepository, 'addGroup' | 'listGroups' | 'renameGroup' | 'deleteGroup'>;
  sessions: Pick<Sessions, 'endAll'>;
  credentials: Pick<DeviceCredentials, 'forget'>;
  presence: { deviceChanged(device: Device): void };
  auditLog: AuditLog;
  newId: () => string;
}

const COMPANY_GROUPS = '/api/v1/companies/:companyId/groups';
const companyParams = z.object({ companyId: id });
const groupParams = z.object({ companyId: id, groupId: id });

/** `/api/v1/companies/:companyId/groups` */
export function groupsRoutes(api: Api, deps: GroupsRoutesDeps): void {
  const { organisation, auditLog } = deps;

  api.route({
    method: 'GET',
    url: COMPANY_GROUPS,
    summary: 'Lists the groups of a company that you may see.',
    access: 'company.view',
    withinGroups: true,
    input: { params: companyParams },
    response: groupList,
    handler: async ({ params }, { reach }) => ({
      groups: (await organisation.listGroups(params.companyId)).filter((each) => isWithin(reach, each)),
    }),
  });

  api.route({
    method: 'POST',
    url: COMPANY_GROUPS,
    summary: 'Creates a group.',
    access: 'devices.manage',
    input: { params: companyParams, body: groupOrder },
    response: group,
    handler: async ({ params: { companyId }, body: { name } }, context) => {
      const created = { groupId: deps.newId(), companyId, name };
      if (!(await organisation.addGroup(created))) throw nameTaken();
      const details = { groupId: created.groupId, name };
      await auditLog.record({ companyId, action: 'group-created', ...requestedBy(context), details });
      return created;
    },
  });

  api.route({
    method: 'PATCH',
    url: `${COMPANY_GROUPS}/:groupId`,
    summary: 'Renames a group.',
    access: 'devices.manage',
    input: { params: groupParams, body: groupOrder },
    response: group,
    handler: async ({ params: { companyId, groupId }, body: { name } }, context) => {
      const renamed = await organisation.renameGroup(companyId, groupId, name);
      if (renamed === undefined) throw unknownGroup(404);
      if (renamed === 'taken') throw nameTaken();
      const details = { groupId, name };
      await auditLog.record({ companyId, action: 'group-changed', ...requestedBy(context), details });
      return renamed;
    },
  });

  api.route({
    method: 'DELETE',
    url: `${COMPANY_GROUPS}/:groupId`,
    summary:
      'Deletes a group. Its devices are in none then; grants for it go, and who had one is signed out.',
    access: 'devices.manage',
    input: { params: groupParams },
    response: 'nothing',
    handler: async ({ params: { companyId, groupId } }, context) => {
      const deleted = await organisation.deleteGroup(companyId, groupId);
      if (deleted === undefined) throw unknownGroup(404);
      const { accountIds, devices } = deleted;
      for (const accountId of accountIds) await deps.sessions.endAll(accountId);
      for (const device of devices) {
        deps.credentials.forget(device.deviceId);
        if (device.revokedAtMs === null) deps.presence.deviceChanged(device);
      }
      const details = { groupId, devices: devices.length, accounts: accountIds.length };
      await auditLog.record({ companyId, action: 'group-deleted', ...requestedBy(context), details });
    },
  });
}

/** @param status 404 if the address names the group, 400 if the body does */
export const unknownGroup = (status: 400 | 404): HttpProblem =>
  new HttpProblem(status, 'unknown-group', 'The company has no such group.');

const nameTaken = (): HttpProblem =>
  new HttpProblem(409, 'name-taken', 'The company has a group of that name; choose another one.');
