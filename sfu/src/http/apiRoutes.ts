import { randomUUID } from 'node:crypto';
import type { Clock, Company, Device } from '@sightline/shared';
import type { AuditLog } from '../audit/auditLog.ts';
import type { Repositories } from '../db/repositories.ts';
import type { DeviceCredentials } from '../enrolment/deviceCredentials.ts';
import { createEnrolment } from '../enrolment/enrolment.ts';
import type { RecorderRegistry } from '../evidence/recorderRegistry.ts';
import { createAccountAdministration } from '../identity/accountAdministration.ts';
import type { Exports } from '../exports/exports.ts';
import type { Identity } from '../identity/identity.ts';
import { ADDRESS_PACE, createThrottle } from '../identity/throttle.ts';
import type { RecorderPool } from '../recording/recorderPool.ts';
import type { MediaHolds } from '../retention/mediaHolds.ts';
import { accountsRoutes } from './accountsRoutes.ts';
import { auditRoutes } from './auditRoutes.ts';
import { authRoutes } from './authRoutes.ts';
import { companiesRoutes } from './companiesRoutes.ts';
import { devicesRoutes } from './devicesRoutes.ts';
import { enrolmentRoutes } from './enrolmentRoutes.ts';
import { exportsRoutes } from './exportsRoutes.ts';
import { groupsRoutes } from './groupsRoutes.ts';
import { holdsRoutes } from './holdsRoutes.ts';
import { ledgerRoutes } from './ledgerRoutes.ts';
import { ownAccountRoutes } from './ownAccountRoutes.ts';
import { playbackRoutes } from './playbackRoutes.ts';
import { recordersRoutes } from './recordersRoutes.ts';
import type { Api } from './route.ts';
import { sealsRoutes } from './sealsRoutes.ts';
import { sessionsRoutes } from './sessionsRoutes.ts';
import { singleSignOnRoutes } from './singleSignOnRoutes.ts';

/** The parts of the sfu that the API is about. */
export interface ApiRoutesDeps {
  repositories: Omit<Repositories, 'presence'>;
  identity: Identity;
  credentials: DeviceCredentials;
  auditLog: AuditLog;
  presence: {
    deviceEnrolled(device: Device): void;
    deviceChanged(device: Device): void;
    deviceRevoked(deviceId: string): void;
    companyChanged(company: Company): void;
  };
  accountsOnline: { isOnline(accountId: string): boolean };
  recorders: RecorderPool;
  registry: Pick<RecorderRegistry, 'problems'>;
  mediaHolds: Pick<MediaHolds, 'holdChanged'>;
  exports: Pick<Exports, 'order' | 'cancel'>;
  recorderSecret: string;
  publicOrigin: string;
  clock: Clock;
}

/** Declares all routes of the API. */
export function apiRoutes(api: Api, deps: ApiRoutesDeps): void {
  const { repositories, identity, ...parts } = deps;
  const { accounts, audit, devices, organisation, recordings } = repositories;
  const { passwords, sessions } = identity;
  const { auditLog, clock } = parts;
  // The parts come last: of what the server calls presence, the routes need the living one, not its table.
  const common = { ...repositories, ...parts, newId: randomUUID };

  authRoutes(api, { accounts, identity, auditLog });
  ownAccountRoutes(api, { accounts, identity, auditLog });
  singleSignOnRoutes(api, { accounts, identity, auditLog });
  const administration = createAccountAdministration({ ...common, passwords, sessions });
  accountsRoutes(api, { ...common, administration });
  companiesRoutes(api, common);
  groupsRoutes(api, { ...common, sessions });
  const enrolling = createEnrolment({ ...common, throttle: createThrottle(clock, ADDRESS_PACE) });
  enrolmentRoutes(api, { ...common, enrolling, tokens: devices });
  devicesRoutes(api, common);
  holdsRoutes(api, common);
  auditRoutes(api, { repository: audit, organisation, auditLog });
  recordersRoutes(api, {
    repository: repositories.recorders,
    recorders: deps.recorders,
    registry: deps.registry,
  });
  sealsRoutes(api, { repository: repositories.seals, auditLog });
  ledgerRoutes(api, common);
  sessionsRoutes(api, { repository: recordings });
  playbackRoutes(api, common);
  exportsRoutes(api, { ...common, exports: deps.exports, repository: repositories.exports });
}
