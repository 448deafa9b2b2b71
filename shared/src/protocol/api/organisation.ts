import * as z from 'zod';
import { timeMs } from '../common.ts';
import { id } from '../media.ts';
import { machineInfo } from '../machine.ts';
import { PLAIN_TEXT } from '../text.ts';

const title = z.string().trim().min(1).max(128).regex(PLAIN_TEXT);

/** How long a company's recordings are kept. What is held is kept longer, whatever this says. */
export const retention = z.object({
  /** Sessions that ended longer ago than this are deleted. Null: by age none is. */
  maxAgeMs: z.int().min(3_600_000).nullable(),
  /** Beyond this the oldest sessions are deleted. Null: there is no limit. */
  maxBytes: z.int().positive().nullable(),
  /** Younger sessions are not deleted even if the disk is full. */
  minAgeMs: z.int().nonnegative(),
});

/** Of a new company: nothing is deleted, unless the disk is full and the session older than a day. */
export const DEFAULT_RETENTION = { maxAgeMs: null, maxBytes: null, minAgeMs: 86_400_000 } as const;

/** A company, as `/api/v1/companies` lists it. */
export const company = z.object({
  companyId: id,
  name: z.string(),
  /** Nobody touches a machine for this long: an alert is raised. */
  idleThresholdMs: z.int().positive(),
  retention,
  createdAtMs: timeMs,
});

/** Answer of `GET /api/v1/companies`: those in which the caller has a role. */
export const companyList = z.object({ companies: z.array(company) });

/** Of a new company: ten minutes. */
export const DEFAULT_IDLE_THRESHOLD_MS = 600_000;

const idleThresholdMs = z.int().min(30_000).max(86_400_000);

/** Body of `POST /api/v1/companies`. */
export const companyOrder = z.object({ name: title });

/** Body of `PATCH /api/v1/companies/:companyId`; what is absent stays. */
export const companyChange = z.object({
  name: title.exactOptional(),
  idleThresholdMs: idleThresholdMs.exactOptional(),
  /** As a whole. */
  retention: retention
    .refine(({ maxAgeMs, minAgeMs }) => maxAgeMs === null || maxAgeMs >= minAgeMs, {
      error: 'maxAgeMs must not be less than minAgeMs',
    })
    .exactOptional(),
});

/** A group of a company's devices. */
export const group = z.object({ groupId: id, companyId: id, name: z.string() });

/** Answer of `GET /api/v1/companies/:companyId/groups`. */
export const groupList = z.object({ groups: z.array(group) });

/** Body of `POST …/groups` and `PATCH …/groups/:groupId`. */
export const groupOrder = z.object({ name: title });

/** A token with which devices enrol, without its secret. */
export const enrolmentToken = z.object({
  tokenId: id,
  companyId: id,
  groupId: id.nullable(),
  createdAtMs: timeMs,
  expiresAtMs: timeMs,
  usesLeft: z.int().nonnegative(),
});

/** Answer of `GET /api/v1/companies/:companyId/enrolment-tokens`: those that still can be used. */
export const enrolmentTokenList = z.object({ tokens: z.array(enrolmentToken) });

/** Body of `POST /api/v1/companies/:companyId/enrolment-tokens`. */
export const enrolmentTokenOrder = z.object({
  groupId: id.nullable().default(null),
  /** How long it can be used. */
  lifetimeMs: z
    .int()
    .min(60_000)
    .max(90 * 86_400_000),
  uses: z.int().min(1).max(10_000),
});

/** A new token: `secret` and the link that holds it are shown this once. */
export const newEnrolmentToken = z.object({ token: enrolmentToken, secret: z.string(), link: z.url() });

/** Body of `POST /api/v1/enrol`: an agent exchanges a token for a credential of its own. */
export const enrolmentOrder = z.object({ secret: z.string().min(1).max(128), machine: machineInfo });

/** What an agent keeps; `credential` goes into the handshake of its connections. */
export const enrolment = z.object({ deviceId: id, credential: z.string(), deviceName: z.string() });

/** A device, as `/api/v1/companies/:companyId/devices` lists it. */
export const device = z.object({
  deviceId: id,
  companyId: id,
  groupId: id.nullable(),
  name: z.string(),
  /** The name under which its recordings are kept: fixed when it enrolled. */
  userId: z.string(),
  enrolledAtMs: timeMs,
  revokedAtMs: timeMs.nullable(),
});

/** Answer of `GET /api/v1/companies/:companyId/devices`. */
export const deviceList = z.object({ devices: z.array(device) });

/** Body of `PATCH /api/v1/companies/:companyId/devices/:deviceId`; what is absent stays. */
export const deviceChange = z.object({ name: title.exactOptional(), groupId: id.nullable().exactOptional() });

/** See {@link company}. */
export type Company = z.output<typeof company>;
/** See {@link retention}. */
export type Retention = z.output<typeof retention>;
/** See {@link group}. */
export type Group = z.output<typeof group>;
/** See {@link enrolmentToken}. */
export type EnrolmentToken = z.output<typeof enrolmentToken>;
/** See {@link device}. */
export type Device = z.output<typeof device>;
/** See {@link enrolment}. */
export type Enrolment = z.output<typeof enrolment>;
