import {
  company,
  companyList,
  device,
  deviceList,
  enrolmentTokenList,
  group,
  groupList,
  idleAlertList,
  newEnrolmentToken,
  type Company,
  type companyChange,
  type Device,
  type deviceChange,
  type EnrolmentToken,
  type enrolmentTokenOrder,
  type Group,
  type IdleAlert,
} from '@sightline/shared';
import type * as z from 'zod';
import { part, type Http } from './http.ts';

/** Companies, their groups, devices, enrolment tokens and idle alerts. */
export interface OrganisationApi {
  companies(): Promise<Company[]>;
  createCompany(name: string): Promise<Company>;
  changeCompany(companyId: string, change: z.input<typeof companyChange>): Promise<Company>;
  groups(companyId: string): Promise<Group[]>;
  createGroup(companyId: string, name: string): Promise<Group>;
  renameGroup(group: Group, name: string): Promise<Group>;
  deleteGroup(group: Group): Promise<void>;
  devices(companyId: string): Promise<Device[]>;
  changeDevice(device: Device, change: z.input<typeof deviceChange>): Promise<Device>;
  revokeDevice(device: Device): Promise<void>;
  enrolmentTokens(companyId: string): Promise<EnrolmentToken[]>;
  createEnrolmentToken(
    companyId: string,
    order: z.input<typeof enrolmentTokenOrder>,
  ): Promise<z.output<typeof newEnrolmentToken>>;
  deleteEnrolmentToken(token: EnrolmentToken): Promise<void>;
  /** The newest first. */
  idleAlerts(companyId: string): Promise<IdleAlert[]>;
}

/** Builds the {@link OrganisationApi}. */
export function createOrganisationApi({ ask, tell }: Http): OrganisationApi {
  const at = (companyId: string, rest = ''): string => `/companies/${part(companyId)}${rest}`;
  const ofGroup = ({ companyId, groupId }: Group): string => at(companyId, `/groups/${part(groupId)}`);
  const ofDevice = ({ companyId, deviceId }: Device): string => at(companyId, `/devices/${part(deviceId)}`);
  const ofToken = ({ companyId, tokenId }: EnrolmentToken): string =>
    at(companyId, `/enrolment-tokens/${part(tokenId)}`);
  return {
    companies: async () => (await ask({ method: 'GET', path: '/companies', answer: companyList })).companies,
    createCompany: (name) => ask({ method: 'POST', path: '/companies', body: { name }, answer: company }),
    changeCompany: (companyId, body) => ask({ method: 'PATCH', path: at(companyId), body, answer: company }),
    groups: async (companyId) =>
      (await ask({ method: 'GET', path: at(companyId, '/groups'), answer: groupList })).groups,
    createGroup: (companyId, name) =>
      ask({ method: 'POST', path: at(companyId, '/groups'), body: { name }, answer: group }),
    renameGroup: (renamed, name) =>
      ask({ method: 'PATCH', path: ofGroup(renamed), body: { name }, answer: group }),
    deleteGroup: (deleted) => tell({ method: 'DELETE', path: ofGroup(deleted) }),
    devices: async (companyId) =>
      (await ask({ method: 'GET', path: at(companyId, '/devices'), answer: deviceList })).devices,
    changeDevice: (changed, body) => ask({ method: 'PATCH', path: ofDevice(changed), body, answer: device }),
    revokeDevice: (revoked) => tell({ method: 'POST', path: `${ofDevice(revoked)}/revoke` }),
    enrolmentTokens: async (companyId) =>
      (await ask({ method: 'GET', path: at(companyId, '/enrolment-tokens'), answer: enrolmentTokenList }))
        .tokens,
    createEnrolmentToken: (companyId, body) =>
      ask({ method: 'POST', path: at(companyId, '/enrolment-tokens'), body, answer: newEnrolmentToken }),
    deleteEnrolmentToken: (deleted) => tell({ method: 'DELETE', path: ofToken(deleted) }),
    idleAlerts: async (companyId) =>
      (await ask({ method: 'GET', path: at(companyId, '/idle-alerts'), answer: idleAlertList })).alerts,
  };
}
