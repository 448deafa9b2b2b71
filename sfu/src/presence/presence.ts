import { ProtocolError, TypedEmitter, type Clock, type Company, type Device } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { ClientDirectory } from '../clients/directory.ts';
import type { DevicesRepository } from '../db/devices.ts';
import type { IdleAlertsRepository } from '../db/idleAlerts.ts';
import type { OrganisationRepository } from '../db/organisation.ts';
import type { PresenceRepository } from '../db/presence.ts';
import type { RecordingsRepository } from '../db/recordings.ts';
import type { MediaEngine } from '../media/types.ts';
import { admitAgent, type AdmittedAgent } from './admittedAgent.ts';
import type { AgentLink } from './connection.ts';
import type { PresenceContext } from './context.ts';
import { DevicePresence } from './devicePresence.ts';
import type { PresenceEvents } from './events.ts';
import { createIdleAlerts } from './idleAlerts.ts';
import { createPresenceWriter } from './presenceWriter.ts';
import { restoreDevices } from './restore.ts';
import { createTickets } from './tickets.ts';

/** What presence depends on. */
export interface PresenceDeps {
  repositories: {
    presence: PresenceRepository;
    devices: Pick<DevicesRepository, 'listActive'>;
    organisation: Pick<OrganisationRepository, 'listCompanies'>;
    idleAlerts: Pick<IdleAlertsRepository, 'add' | 'end' | 'endAll'>;
    recordings: Pick<RecordingsRepository, 'findOpenSession' | 'endSession'>;
  };
  engine: MediaEngine;
  directory: ClientDirectory;
  /** Resolves when what is known of the session is on disk. */
  sessionWritten: (sessionId: string) => Promise<void>;
  /** 32 bytes, of the server's secret. */
  ticketKey: Buffer;
  /** How long a client whose connection is lost may take to come back; 0: it may not. */
  graceMs: number;
  clock: Clock;
  logger: Logger;
}

/** Who is there: every enrolled device, and the connections of their agents. */
export interface Presence {
  readonly events: TypedEmitter<PresenceEvents>;
  /** Every device that is enrolled, offline ones too. */
  devices(): Iterable<DevicePresence>;
  /** Takes in a connection that has shown the device's credential. @throws {ProtocolError} `device-revoked`, `not-connected` if the server goes */
  admit(device: Device, link: AgentLink): AdmittedAgent;
  deviceEnrolled(device: Device): void;
  /** It has another name, or is in another group. */
  deviceChanged(device: Device): void;
  /** Cuts the device off, wherever it is. */
  deviceRevoked(deviceId: string): void;
  companyChanged(company: Company): void;
  /** The server goes: media and connections end, clients stay on record for the next server. Resolves when that is durable. */
  close(): Promise<void>;
}

/** Starts presence: takes up what an earlier server left on disk, graces included. */
export async function createPresence(deps: PresenceDeps): Promise<Presence> {
  const { clock, directory, engine, graceMs, logger, repositories } = deps;
  const events = new TypedEmitter<PresenceEvents>((err, event) => {
    logger.error({ code: 'presence-listener-failed', err, event }, 'a listener to presence events threw');
  });
  const writer = createPresenceWriter({ repository: repositories.presence, clock, logger });
  const thresholds = new Map<string, number>();
  const companyChanged = ({ companyId, idleThresholdMs }: Company): void => {
    thresholds.set(companyId, idleThresholdMs);
  };
  const context: PresenceContext = {
    engine,
    directory,
    writer,
    events,
    idleListenerOf: createIdleAlerts({ repository: repositories.idleAlerts, events, clock, logger }),
    // A company that was added a moment ago may not have been told of yet.
    idleThresholdMs: (companyId) => thresholds.get(companyId) ?? DEFAULT_IDLE_THRESHOLD_MS,
    graceMs,
    clock,
    logger,
  };
  const tickets = createTickets(deps.ticketKey);

  await repositories.idleAlerts.endAll(clock.nowMs());
  (await repositories.organisation.listCompanies()).forEach(companyChanged);
  const devices = await restoreDevices(repositories, context);
  const revoked = new Set<string>();
  let isClosed = false;
  directory.events.on('updated', (client) => {
    const device = devices.get(client.clientId);
    if (device?.client === client) device.updated();
  });
  await writer.durable();

  return {
    events,
    devices: () => devices.values(),
    admit(device, link) {
      // What a login would be answered now, the next server would know nothing of.
      if (isClosed) throw new ProtocolError('not-connected', 'The server is going; come back in a moment.');
      // Its credential was good a moment ago, when it was looked up.
      if (revoked.has(device.deviceId)) {
        throw new ProtocolError('device-revoked', 'This device was revoked; enrol it again.');
      }
      const known = devices.get(device.deviceId) ?? new DevicePresence(device, context);
      devices.set(device.deviceId, known);
      return admitAgent(known, link, { ...context, tickets, sessionWritten: deps.sessionWritten });
    },
    deviceEnrolled(device) {
      if (revoked.has(device.deviceId)) return;
      const known = devices.get(device.deviceId) ?? new DevicePresence(device, context);
      devices.set(device.deviceId, known);
      known.updated();
    },
    deviceChanged: (device) => devices.get(device.deviceId)?.reassign(device),
    deviceRevoked(deviceId) {
      revoked.add(deviceId);
      devices.get(deviceId)?.revoke();
      devices.delete(deviceId);
    },
    companyChanged(company) {
      companyChanged(company);
      for (const { device, idle } of devices.values()) {
        if (device.companyId === company.companyId) idle.thresholdChanged(company.idleThresholdMs);
      }
    },
    async close() {
      isClosed = true;
      for (const device of devices.values()) device.suspend();
      await writer.durable();
    },
  };
}

const DEFAULT_IDLE_THRESHOLD_MS = 600_000;
