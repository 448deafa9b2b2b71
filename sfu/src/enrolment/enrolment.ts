import {
  fail,
  succeed,
  type Clock,
  type Device,
  type Enrolment,
  type EnrolmentToken,
  type MachineInfo,
  type Result,
} from '@sightline/shared';
import { NOBODY, deviceActor, type AuditActor } from '../audit/actors.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { DevicesRepository } from '../db/devices.ts';
import { networkOf, type Throttle } from '../identity/throttle.ts';
import { createSecret, hashSecret, looksLikeSecret } from '../identity/secrets.ts';

/** What an administrator asks for. */
export interface TokenOrder {
  companyId: string;
  groupId: string | null;
  lifetimeMs: number;
  uses: number;
}

/** Why a device was not enrolled. */
export type EnrolmentRefusal = { code: 'unknown-token' } | { code: 'throttled'; waitMs: number };

/** How devices come in. */
export interface Enrolling {
  /** Makes a token. The secret is in the answer only. */
  createToken(
    order: TokenOrder,
    by: { actor: AuditActor; address: string },
  ): Promise<{ token: EnrolmentToken; secret: string; link: string }>;
  /** Exchanges one use of a token for a credential, which is in the answer only. */
  enrol(
    order: { secret: string; machine: MachineInfo },
    address: string,
  ): Promise<Result<Enrolment, EnrolmentRefusal>>;
}

/** Builds {@link Enrolling}. */
export function createEnrolment(deps: {
  devices: Pick<DevicesRepository, 'addEnrolmentToken' | 'enrol'>;
  /** Is told of every device that came in. */
  presence: { deviceEnrolled(device: Device): void };
  auditLog: AuditLog;
  /** Slows down addresses whose attempts fail. */
  throttle: Throttle;
  /** Where agents find the server. */
  publicOrigin: string;
  newId: () => string;
  clock: Clock;
}): Enrolling {
  const recordFailure = async (machine: MachineInfo, address: string): Promise<void> => {
    const { userName, hostName } = machine;
    await deps.auditLog.record({
      companyId: null,
      action: 'enrolment-failed',
      actor: NOBODY,
      address,
      details: { userName, hostName },
    });
  };

  return {
    async createToken({ companyId, groupId, lifetimeMs, uses }, { actor, address }) {
      const createdAtMs = deps.clock.nowMs();
      const expiresAtMs = createdAtMs + lifetimeMs;
      const token = {
        tokenId: deps.newId(),
        companyId,
        groupId,
        createdAtMs,
        expiresAtMs,
        usesLeft: uses,
      };
      const secret = createSecret();
      await deps.devices.addEnrolmentToken({
        ...token,
        secretHash: hashSecret(secret),
        createdBy: actor.id,
      });
      const details = { tokenId: token.tokenId, groupId, expiresAtMs, uses };
      await deps.auditLog.record({ companyId, action: 'enrolment-token-created', actor, address, details });
      return { token, secret, link: `${deps.publicOrigin}/agent/#enrol=${secret}` };
    },

    async enrol({ secret, machine }, address) {
      const attempt = deps.throttle.begin(networkOf(address));
      if ('waitMs' in attempt) return fail({ code: 'throttled', waitMs: attempt.waitMs });
      const credential = createSecret();
      const nowMs = deps.clock.nowMs();
      const device = looksLikeSecret(secret)
        ? await deps.devices.enrol(hashSecret(secret), nowMs, {
            deviceId: deps.newId(),
            name: machine.hostName,
            userId: `${machine.userName}@${machine.hostName}`,
            credentialHash: hashSecret(credential),
            enrolledAtMs: nowMs,
          })
        : undefined;
      if (device === undefined) {
        await recordFailure(machine, address);
        return fail({ code: 'unknown-token' });
      }
      attempt.withdrawn();
      deps.presence.deviceEnrolled(device);
      const { companyId, deviceId, userId, groupId } = device;
      await deps.auditLog.record({
        companyId,
        action: 'device-enrolled',
        actor: deviceActor(device),
        address,
        details: { userId, groupId },
      });
      return succeed({ deviceId, credential, deviceName: device.name });
    },
  };
}
