import { randomUUID } from 'node:crypto';
import type { Clock, Company, Device } from '@sightline/shared';
import type { AuditLog } from '../audit/auditLog.ts';
import type { AccountsRepository } from '../db/accounts.ts';
import type { AuditRepository } from '../db/audit.ts';
import type { DevicesRepository } from '../db/devices.ts';
import type { IdleAlertsRepository } from '../db/idleAlerts.ts';
import type { OrganisationRepository } from '../db/organisation.ts';
import type { DeviceCredentials } from '../enrolment/deviceCredentials.ts';
import { createEnrolment } from '../enrolment/enrolment.ts';
import { createAccountAdministration } from '../identity/accountAdministration.ts';
import type { Identity } from '../identity/identity.ts';
import { ADDRESS_PACE, createThrottle } from '../identity/throttle.ts';
import { accountsRoutes } from './accountsRoutes.ts';
import { auditRoutes } from './auditRoutes.ts';
import { companiesRoutes } from './companiesRoutes.ts';
import { devicesRoutes } from './devicesRoutes.ts';
import { enrolmentRoutes } from './enrolmentRoutes.ts';
import { groupsRoutes } from './groupsRoutes.ts';
import type { Api } from './route.ts';

/** What administration needs. */
export interface AdministrationRoutesDeps {
  repositories: {
    accounts: AccountsRepository;
    audit: AuditRepository;
    devices: DevicesRepository;
    idleAlerts: IdleAlertsRepository;
    organisation: OrganisationRepository;
  };
  identity: Pick<Identity, 'passwords' | 'sessions'>;
  credentials: DeviceCredentials;
  /** Acts on changes at once. */
  presence: {
    companyChanged(company: Company): void;
    deviceEnrolled(device: Device): void;
    deviceChanged(device: Device): void;
    deviceRevoked(deviceId: string): void;
  };
  accountsOnline: { isOnline(accountId: string): boolean };
  auditLog: AuditLog;
  /** Where agents and people find the server. */
  publicOrigin: string;
  clock: Clock;
}

/** The routes of companies, groups, enrolment, devices, idle alerts, accounts and the audit log. */
export function administrationRoutes(api: Api, deps: AdministrationRoutesDeps): void {
  const { repositories, identity, credentials, presence, accountsOnline, auditLog, clock } = deps;
  const { accounts, audit, devices, idleAlerts, organisation } = repositories;
  const { sessions, passwords } = identity;
  const newId = randomUUID;
  const enrolling = createEnrolment({
    devices,
    presence,
    auditLog,
    throttle: createThrottle(clock, ADDRESS_PACE),
    publicOrigin: deps.publicOrigin,
    newId,
    clock,
  });
  const administration = createAccountAdministration({
    accounts,
    organisation,
    sessions,
    passwords,
    newId,
    clock,
  });
  companiesRoutes(api, { organisation, presence, auditLog, newId, clock });
  groupsRoutes(api, { organisation, devices, accounts, sessions, credentials, presence, auditLog, newId });
  enrolmentRoutes(api, { enrolling, tokens: devices, organisation, auditLog, clock });
  devicesRoutes(api, { devices, organisation, idleAlerts, credentials, presence, auditLog, clock });
  accountsRoutes(api, { administration, accountsOnline, auditLog });
  auditRoutes(api, { repository: audit, organisation, auditLog });
}
