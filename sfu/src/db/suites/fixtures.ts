import { DEFAULT_RETENTION, type Company } from '@sightline/shared';
import type { AccountRecord, AccountSession } from '../accounts.ts';
import type { Database } from '../database.ts';
import { createDevicesRepository, type NewEnrolmentToken } from '../devices.ts';
import { createOrganisationRepository } from '../organisation.ts';
import type { ConnectionRecord } from '../presence.ts';

/** A company with defaults for all but its id. */
export const companyOf = (companyId: string): Company => ({
  companyId,
  name: `Company ${companyId}`,
  idleThresholdMs: 600_000,
  retention: DEFAULT_RETENTION,
  createdAtMs: 1_000,
});

/** An account without grants, with defaults for all but its id. */
export const accountOf = (accountId: string, change: Partial<AccountRecord> = {}): AccountRecord => ({
  accountId,
  email: `${accountId}@example.org`,
  name: `Account ${accountId}`,
  passwordHash: '$argon2id$…',
  mustChangePassword: true,
  totpSecret: null,
  totpLastStep: null,
  oidcSubject: null,
  disabled: false,
  createdAtMs: 1_000,
  grants: [],
  ...change,
});

/** A session of account `a1` that expires at 10 s; its first cookie is still in use. */
export const sessionOf = (sessionHash: string, change: Partial<AccountSession> = {}): AccountSession => ({
  sessionHash,
  tokenHash: sessionHash,
  previousHash: null,
  accountId: 'a1',
  createdAtMs: 1_000,
  lastUsedAtMs: 1_000,
  expiresAtMs: 10_000,
  address: '127.0.0.1',
  ...change,
});

/** A token of company `c1` that expires at 10 s. */
export const tokenOf = (tokenId: string, change: Partial<NewEnrolmentToken> = {}): NewEnrolmentToken => ({
  tokenId,
  companyId: 'c1',
  groupId: null,
  createdAtMs: 1_000,
  expiresAtMs: 10_000,
  usesLeft: 1_000,
  secretHash: `secret of ${tokenId}`,
  createdBy: 'account-1',
  ...change,
});

/** A device that wants to enrol. */
export const newDevice = (deviceId: string, userId = `user@${deviceId}`) => ({
  deviceId,
  name: `Device ${deviceId}`,
  userId,
  credentialHash: `credential of ${deviceId}`,
  enrolledAtMs: 2_000,
});

/** Company `c1` with a group `g1`, and devices in it. */
export async function seedDevices(database: Database, deviceIds: readonly string[]): Promise<void> {
  const organisation = createOrganisationRepository(database);
  const devices = createDevicesRepository(database);
  await organisation.addCompany(companyOf('c1'));
  await organisation.addGroup({ groupId: 'g1', companyId: 'c1', name: 'Group 1' });
  await devices.addEnrolmentToken(tokenOf('seed', { usesLeft: deviceIds.length + 1 }));
  for (const deviceId of deviceIds) await devices.enrol('secret of seed', 2_000, newDevice(deviceId));
}

/** An online connection of a device. */
export const connectionOf = (deviceId: string, change: Partial<ConnectionRecord> = {}): ConnectionRecord => ({
  deviceId,
  connectionId: `socket of ${deviceId}`,
  machine: { userName: 'ann', hostName: 'desk', os: 'Debian 12' },
  state: 'online',
  streaming: false,
  paused: false,
  connectedAtMs: 3_000,
  lastSeenAtMs: 4_000,
  graceEndsAtMs: null,
  sessionId: null,
  ticket: { number: 1, issuedAtMs: 3_000, connectionId: `socket of ${deviceId}`, confirmed: false },
  lastMessage: 0,
  ...change,
});
