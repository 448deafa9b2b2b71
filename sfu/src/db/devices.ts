import type { Device, EnrolmentToken } from '@sightline/shared';
import { sql, type Selectable } from 'kysely';
import type { Database } from './database.ts';
import { enrolmentTokens } from './enrolmentTokens.ts';
import type { Schema } from './schema.ts';

/** An enrolment token as it is made. */
export interface NewEnrolmentToken extends EnrolmentToken {
  /** SHA-256, hex. */
  secretHash: string;
  createdBy: string;
}

/** A device as it enrols. `userId` is made unique among the company's devices that are not revoked: `-2`, `-3`, … is appended. */
export interface NewDevice {
  deviceId: string;
  name: string;
  userId: string;
  /** SHA-256, hex. */
  credentialHash: string;
  enrolledAtMs: number;
}

/** Tokens with which devices enrol. */
export interface EnrolmentTokensRepository {
  addEnrolmentToken(token: NewEnrolmentToken): Promise<void>;
  /** Those that can still be used. */
  listEnrolmentTokens(companyId: string, nowMs: number): Promise<EnrolmentToken[]>;
  /** False: the company has no such token. */
  deleteEnrolmentToken(companyId: string, tokenId: string): Promise<boolean>;
}

/** Devices and how they come in. */
export interface DevicesRepository extends EnrolmentTokensRepository {
  /** Takes one use off the token and adds the device to its company and group, in one transaction. Undefined: no such token, expired or used up. */
  enrol(secretHash: string, nowMs: number, device: NewDevice): Promise<Device | undefined>;
  /** The device of a credential, revoked ones too. */
  findByCredential(credentialHash: string): Promise<Device | undefined>;
  find(companyId: string, deviceId: string): Promise<Device | undefined>;
  /** Of all companies, not revoked; for the start of the server. */
  listActive(): Promise<Device[]>;
  /** Of one company; revoked ones too. */
  list(companyId: string): Promise<Device[]>;
  /** Undefined: the company has no such device. A group must be of the same company, or the change fails with a foreign-key problem of its own: check before. */
  change(
    companyId: string,
    deviceId: string,
    change: { name?: string; groupId?: string | null },
  ): Promise<Device | undefined>;
  /** Undefined: the company has no such device, or it is revoked already. Its pending messages go. */
  revoke(companyId: string, deviceId: string, nowMs: number): Promise<Device | undefined>;
}

/** The {@link DevicesRepository} on a database. */
export function createDevicesRepository(database: Database): DevicesRepository {
  return {
    ...enrolmentTokens(database),
    enrol: (secretHash, nowMs, device) =>
      database.transaction().execute(async (transaction) => {
        const token = await transaction
          .updateTable('enrolment_tokens')
          .set((update) => ({ uses_left: update('uses_left', '-', 1) }))
          .where('secret_hash', '=', secretHash)
          .where('uses_left', '>', 0)
          .where('expires_at_ms', '>', nowMs)
          .returning(['company_id', 'group_id'])
          .executeTakeFirst();
        return token && toDevice(await addDevice(transaction, token, device));
      }),
    async findByCredential(credentialHash) {
      const row = await database
        .selectFrom('devices')
        .selectAll()
        .where('credential_hash', '=', credentialHash)
        .executeTakeFirst();
      return row && toDevice(row);
    },
    async find(companyId, deviceId) {
      const row = await database
        .selectFrom('devices')
        .selectAll()
        .where('company_id', '=', companyId)
        .where('device_id', '=', deviceId)
        .executeTakeFirst();
      return row && toDevice(row);
    },
    async listActive() {
      const rows = await database
        .selectFrom('devices')
        .selectAll()
        .where('revoked_at_ms', 'is', null)
        .execute();
      return rows.map(toDevice);
    },
    async list(companyId) {
      const rows = await database
        .selectFrom('devices')
        .selectAll()
        .where('company_id', '=', companyId)
        .orderBy('name')
        .orderBy('device_id')
        .execute();
      return rows.map(toDevice);
    },
    async change(companyId, deviceId, { name, groupId }) {
      const row = await database
        .updateTable('devices')
        .set((update) => ({
          name: name ?? update.ref('name'),
          group_id: groupId === undefined ? update.ref('group_id') : groupId,
        }))
        .where('company_id', '=', companyId)
        .where('device_id', '=', deviceId)
        .returningAll()
        .executeTakeFirst();
      return row && toDevice(row);
    },
    revoke: (companyId, deviceId, nowMs) =>
      database.transaction().execute(async (transaction) => {
        const row = await transaction
          .updateTable('devices')
          .set({ revoked_at_ms: nowMs })
          .where('company_id', '=', companyId)
          .where('device_id', '=', deviceId)
          .where('revoked_at_ms', 'is', null)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) return undefined;
        await transaction.deleteFrom('pending_messages').where('device_id', '=', deviceId).execute();
        return toDevice(row);
      }),
  };
}

type DeviceRow = Selectable<Schema['devices']>;

/** Adds the device under the first user id that is free; another server may take it at the same moment. */
async function addDevice(
  transaction: Database,
  token: { company_id: string; group_id: string | null },
  device: NewDevice,
): Promise<DeviceRow> {
  const companyId = token.company_id;
  for (;;) {
    const row = await transaction
      .insertInto('devices')
      .values({
        device_id: device.deviceId,
        company_id: companyId,
        group_id: token.group_id,
        name: device.name,
        user_id: await freeUserId(transaction, companyId, device.userId),
        credential_hash: device.credentialHash,
        enrolled_at_ms: device.enrolledAtMs,
        revoked_at_ms: null,
      })
      .onConflict((conflict) =>
        conflict.columns(['company_id', 'user_id']).where('revoked_at_ms', 'is', null).doNothing(),
      )
      .returningAll()
      .executeTakeFirst();
    if (row !== undefined) return row;
  }
}

async function freeUserId(transaction: Database, companyId: string, wanted: string): Promise<string> {
  const pattern = `${wanted.replaceAll(/[\\%_]/g, String.raw`\$&`)}-%`;
  const rows = await transaction
    .selectFrom('devices')
    .select('user_id')
    .where('company_id', '=', companyId)
    .where('revoked_at_ms', 'is', null)
    .where((row) => row.or([row('user_id', '=', wanted), sql<boolean>`user_id like ${pattern} escape '\\'`]))
    .execute();
  const taken = new Set(rows.map((row) => row.user_id));
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}

/** A device as it is kept. */
export function toDevice(row: DeviceRow): Device {
  return {
    deviceId: row.device_id,
    companyId: row.company_id,
    groupId: row.group_id,
    name: row.name,
    userId: row.user_id,
    enrolledAtMs: row.enrolled_at_ms,
    revokedAtMs: row.revoked_at_ms,
  };
}
