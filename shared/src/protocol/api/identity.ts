import * as z from 'zod';
import { timeMs } from '../common.ts';
import { id } from '../media.ts';
import { PLAIN_TEXT } from '../text.ts';

/** What an account may be in a company. `owner`: of all companies. */
export const role = z.enum(['owner', 'admin', 'supervisor', 'compliance']);

/** A role in a company (null: in all of them, owners only), or in one group of its devices. */
export const grant = z.object({ role, companyId: id.nullable(), groupId: id.nullable() });

/** An e-mail address as browsers take it, `owner@localhost` too; lower case is what counts. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email({ pattern: z.regexes.html5Email }));

/** A password that an account may have. */
export const newPassword = z.string().min(12, 'must have at least 12 characters').max(256);

/** A code of the second factor (RFC 6238). */
export const totpCode = z.string().regex(/^\d{6}$/, 'six digits');

/** Body of `POST /api/v1/auth/sign-in`. Without `totpCode` an account that has a second factor is answered `totp-required`. */
export const signInOrder = z.object({
  email,
  password: z.string().min(1).max(256),
  totpCode: totpCode.exactOptional(),
});

/** Answer of `GET /api/v1/auth/options`: which ways to sign in there are. */
export const signInOptions = z.object({ singleSignOn: z.object({ name: z.string() }).nullable() });

/** The account that is signed in, as `GET /api/v1/auth/me` tells it. */
export const me = z.object({
  accountId: id,
  email: z.string(),
  name: z.string(),
  grants: z.array(grant),
  /** A one-time password has to be changed before anything else is allowed. */
  mustChangePassword: z.boolean(),
  hasPassword: z.boolean(),
  hasTotp: z.boolean(),
});

/** Body of `POST /api/v1/auth/password`. Every other session of the account ends. */
export const passwordChange = z.object({ currentPassword: z.string().max(256), newPassword });

/** Answer of `POST /api/v1/auth/totp`: a second factor that counts once it is confirmed with a code. */
export const totpOffer = z.object({ secret: z.string(), otpauthUrl: z.string() });

/** Body of `POST /api/v1/auth/totp/confirm`. */
export const totpConfirmation = z.object({ totpCode });

/** Body of `DELETE /api/v1/auth/totp`. */
export const totpRemoval = z.object({ currentPassword: z.string().max(256) });

/** An account, as `/api/v1/accounts` lists it. */
export const account = z.object({
  accountId: id,
  email: z.string(),
  name: z.string(),
  grants: z.array(grant),
  disabled: z.boolean(),
  hasTotp: z.boolean(),
  /** Whether it has a dashboard open now, in however many tabs. */
  online: z.boolean(),
  createdAtMs: timeMs,
});

/** Answer of `GET /api/v1/accounts`: those whose grants the caller may change. */
export const accountList = z.object({ accounts: z.array(account) });

const personName = z.string().trim().min(1).max(128).regex(PLAIN_TEXT);

/** Body of `POST /api/v1/accounts`. */
export const accountOrder = z.object({ email, name: personName, grants: z.array(grant).min(1).max(64) });

/** An account with the password for its first sign-in, which is shown this once. */
export const accountWithPassword = z.object({ account, oneTimePassword: z.string() });

/** Body of `PATCH /api/v1/accounts/:accountId`; what is absent stays. Changed grants end the account's sessions. */
export const accountChange = z.object({
  name: personName.exactOptional(),
  grants: z.array(grant).min(1).max(64).exactOptional(),
  disabled: z.boolean().exactOptional(),
});

/** See {@link role}. */
export type Role = z.output<typeof role>;
/** See {@link grant}. */
export type Grant = z.output<typeof grant>;
/** See {@link me}. */
export type Me = z.output<typeof me>;
/** See {@link account}. */
export type Account = z.output<typeof account>;
