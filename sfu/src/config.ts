import { availableParallelism } from 'node:os';
import { email } from '@sightline/shared';
import { encryptionVariables, listenHost, loadConfig } from '@sightline/shared/node';
import * as z from 'zod';
import { readExposure, type Exposure } from './exposure/exposure.ts';
import { readOidc } from './identity/oidcConfig.ts';
import type { OidcConfig } from './identity/singleSignOn.ts';

const port = z.coerce.number().int().min(1).max(65_535);

/** The environment of the sfu. Every variable has a default but the secrets. */
const configSchema = z.object({
  /** Address of HTTP and signaling. Any but loopback needs TLS, see {@link readExposure}. */
  SIGHTLINE_HOST: listenHost.default('127.0.0.1'),
  SIGHTLINE_PORT: port.default(3000),
  /** Where people open it: needed when that is not {@link SIGHTLINE_HOST}. */
  SIGHTLINE_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an origin such as https://sightline.example' })
    .refine((url) => new URL(url).href === `${new URL(url).origin}/`, 'must end after host and port')
    .optional(),
  ...encryptionVariables,
  /** Address on which media is received, and which clients are told. */
  SIGHTLINE_MEDIA_HOST: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  /** Folder of the database. */
  SIGHTLINE_DATA_DIR: z.string().default('./data'),
  /** A PostgreSQL database instead of the file in the data folder. */
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL such as postgresql://user@host/database' })
    .optional(),
  /** The mediasoup-worker binary; the package's own when unset. */
  SIGHTLINE_WORKER_BIN: z.string().optional(),
  SIGHTLINE_WORKERS: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  /** What tickets are signed and second factors encrypted with: keep it, and keep it to yourself. */
  SIGHTLINE_SERVER_SECRET: z.string().min(32, 'must have at least 32 characters'),
  /** Shared with the recorders: proves who they are and signs media URLs. */
  SIGHTLINE_RECORDER_SECRET: z.string().min(16, 'must have at least 16 characters'),
  /** The account that the first start creates. Without a password it gets one for its first sign-in, which is printed. */
  SIGHTLINE_OWNER_EMAIL: email.default('owner@localhost'),
  SIGHTLINE_OWNER_PASSWORD: z.string().min(12, 'must have at least 12 characters').max(256).optional(),
  /** The company that the first start creates. */
  SIGHTLINE_COMPANY_NAME: z.string().max(128).default('My company'),
  /** How long an agent whose connection is lost may take to come back into its session; 0: it may not. */
  SIGHTLINE_GRACE_SECONDS: z.coerce.number().min(0).max(3_600).default(60),
  /** Single sign-on by an identity provider (OpenID Connect): its address, and what it knows Sightline as. */
  SIGHTLINE_OIDC_ISSUER: z.url({ protocol: /^https?$/, error: 'must be a URL' }).optional(),
  SIGHTLINE_OIDC_CLIENT_ID: z.string().min(1).optional(),
  SIGHTLINE_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  /** What people call the provider. */
  SIGHTLINE_OIDC_NAME: z.string().min(1).max(64).default('single sign-on'),
  /** How long a recorded segment is when the picture allows it. */
  SIGHTLINE_SEGMENT_SECONDS: z.coerce.number().min(1).max(15).default(6),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** The variables as read, and what they say about exposure and single sign-on. */
export type SfuConfig = z.output<typeof configSchema> & {
  exposure: Exposure;
  oidc: OidcConfig | undefined;
};

/**
 * Reads the configuration from environment variables.
 *
 * @throws {ConfigError} that lists every bad variable
 */
export function readConfig(env: Record<string, string | undefined>): SfuConfig {
  const variables = loadConfig(configSchema, env);
  return { ...variables, exposure: readExposure(variables), oidc: readOidc(variables) };
}
