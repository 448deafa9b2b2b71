import type { Device, EnrolmentToken } from '@sightline/shared';
import type { Database } from './database.ts';

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

/** Devices and how they come in. */
export interface DevicesRepository {
  addEnrolmentToken(token: NewEnrolmentToken): Promise<void>;
  /** Those that can still be used. */
  listEnrolmentTokens(companyId: string, nowMs: number): Promise<EnrolmentToken[]>;
  /** False: the company has no such token. */
  deleteEnrolmentToken(companyId: string, tokenId: string): Promise<boolean>;
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
