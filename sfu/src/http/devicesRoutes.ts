import {
  device,
  deviceChange,
  deviceList,
  id,
  idleAlertList,
  type Clock,
  type Device,
} from '@sightline/shared';
import { HttpProblem } from '@sightline/shared/node';
import * as z from 'zod';
import { requestedBy } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { DevicesRepository } from '../db/devices.ts';
import type { IdleAlertsRepository } from '../db/idleAlerts.ts';
import type { OrganisationRepository } from '../db/organisation.ts';
import type { DeviceCredentials } from '../enrolment/deviceCredentials.ts';
import { isWithin } from '../identity/authorise.ts';
import { unknownGroup } from './groupsRoutes.ts';
import type { Api } from './route.ts';

/** What the routes of devices need. */
export interface DevicesRoutesDeps {
  devices: Pick<DevicesRepository, 'find' | 'list' | 'change' | 'revoke'>;
  organisation: Pick<OrganisationRepository, 'findGroup'>;
  idleAlerts: Pick<IdleAlertsRepository, 'list'>;
  credentials: Pick<DeviceCredentials, 'forget'>;
  presence: {
    deviceChanged(device: Device): void;
    /** Cuts it off, wherever it is. */
    deviceRevoked(deviceId: string): void;
  };
  auditLog: AuditLog;
  clock: Clock;
}

const COMPANY_DEVICES = '/api/v1/companies/:companyId/devices';
const IDLE_ALERTS_LIMIT = 200;
const companyParams = z.object({ companyId: id });
const deviceParams = z.object({ companyId: id, deviceId: id });

/** `/api/v1/companies/:companyId/devices` and `…/idle-alerts` */
export function devicesRoutes(api: Api, deps: DevicesRoutesDeps): void {
  const { devices, organisation, presence, credentials, auditLog } = deps;

  const find = async (companyId: string, deviceId: string): Promise<Device> => {
    const found = await devices.find(companyId, deviceId);
    if (found === undefined) throw unknownDevice();
    return found;
  };

  api.route({
    method: 'GET',
    url: COMPANY_DEVICES,
    summary: 'Lists the devices of a company that you may see, revoked ones too.',
    access: 'company.view',
    withinGroups: true,
    input: { params: companyParams },
    response: deviceList,
    handler: async ({ params }, { reach }) => ({
      devices: (await devices.list(params.companyId)).filter((each) => isWithin(reach, each)),
    }),
  });

  api.route({
    method: 'PATCH',
    url: `${COMPANY_DEVICES}/:deviceId`,
    summary: 'Renames a device, or puts it into another group.',
    access: 'devices.manage',
    input: { params: deviceParams, body: deviceChange },
    response: device,
    handler: async ({ params: { companyId, deviceId }, body }, context) => {
      const before = await find(companyId, deviceId);
      if (before.revokedAtMs !== null) {
        throw new HttpProblem(409, 'device-revoked', 'The device is revoked; it can be enrolled again.');
      }
      const groupId = body.groupId ?? null;
      if (groupId !== null && (await organisation.findGroup(companyId, groupId)) === undefined) {
        throw unknownGroup(400);
      }
      const changed = await devices.change(companyId, deviceId, body);
      if (changed === undefined) throw unknownDevice();
      credentials.forget(deviceId);
      if (changed.revokedAtMs === null) presence.deviceChanged(changed);
      const details = { deviceId, ...body };
      await auditLog.record({ companyId, action: 'device-changed', ...requestedBy(context), details });
      return changed;
    },
  });

  api.route({
    method: 'POST',
    url: `${COMPANY_DEVICES}/:deviceId/revoke`,
    summary: 'Revokes a device: it is cut off at once, and its credential is worth nothing any more.',
    access: 'devices.manage',
    input: { params: deviceParams },
    response: device,
    handler: async ({ params: { companyId, deviceId } }, context) => {
      const revoked = await devices.revoke(companyId, deviceId, deps.clock.nowMs());
      if (revoked === undefined) return find(companyId, deviceId);
      credentials.forget(deviceId);
      presence.deviceRevoked(deviceId);
      const details = { deviceId, name: revoked.name, userId: revoked.userId };
      await auditLog.record({ companyId, action: 'device-revoked', ...requestedBy(context), details });
      return revoked;
    },
  });

  api.route({
    method: 'GET',
    url: '/api/v1/companies/:companyId/idle-alerts',
    summary: 'Lists the machines that nobody touched for too long, the newest alert first.',
    access: 'live.view',
    withinGroups: true,
    input: { params: companyParams },
    response: idleAlertList,
    handler: async ({ params: { companyId } }, { reach }) => {
      const groups = reach.companies.get(companyId);
      const isWhole = reach.everywhere || groups === 'all';
      const some = isWhole ? {} : { groupIds: [...(groups ?? [])] };
      return { alerts: await deps.idleAlerts.list(companyId, { limit: IDLE_ALERTS_LIMIT, ...some }) };
    },
  });
}

const unknownDevice = (): HttpProblem =>
  new HttpProblem(404, 'unknown-device', 'The company has no such device.');
