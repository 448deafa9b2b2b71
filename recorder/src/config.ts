import { resolve } from 'node:path';
import {
  ConfigError,
  certificateFiles,
  encryptionProblems,
  encryptionVariables,
  isLoopback,
  listenHost,
  loadConfig,
  type CertificateFiles,
} from '@sightline/shared/node';
import * as z from 'zod';
import { parseDiskAmount, type DiskMarks } from './retention/diskMarks.ts';
import type { StoreConfig } from './store/openStore.ts';
import { storeConfig, storeProblems, storeVariables } from './store/storeVariables.ts';

const origin = z.url({ protocol: /^https?$/, error: 'must be an origin such as http://127.0.0.1:3000' });

const diskAmount = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const amount = parseDiskAmount(text);
      if (amount !== undefined) return amount;
      context.addIssue('must be a part of the disk or a size, such as 10% or 20GB');
      return z.NEVER;
    });

const variables = z.object({
  SIGHTLINE_SFU_URL: z
    .url({ protocol: /^https?$/, error: 'must be the URL of the sfu, such as http://127.0.0.1:3000' })
    .default('http://127.0.0.1:3000'),
  SIGHTLINE_RECORDER_SECRET: z.string().min(16, 'must have at least 16 characters'),
  SIGHTLINE_RECORDER_PORT: z.coerce
    .number({ error: 'must be a port' })
    .int('must be a port')
    .min(1, 'must be a port from 1')
    .max(65_535, 'must be a port up to 65535')
    .default(3001),
  SIGHTLINE_RECORDER_HOST: listenHost.default('127.0.0.1'),
  ...encryptionVariables,
  SIGHTLINE_RECORDER_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be the URL at which browsers reach the recorder' })
    .optional(),
  SIGHTLINE_DASHBOARD_ORIGIN: z
    .string()
    .default('http://127.0.0.1:3000,http://localhost:3000')
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .pipe(z.array(origin).min(1)),
  SIGHTLINE_DATA_DIR: z.string().default('./data'),
  SIGHTLINE_DISK_LOW_WATER: diskAmount('10%'),
  SIGHTLINE_DISK_HIGH_WATER: diskAmount('5%'),
  SIGHTLINE_DISK_RESERVE: diskAmount('500MB'),
  ...storeVariables,
  SIGHTLINE_SEAL_KEY_FILE: z.string().min(1, 'must be a path').optional(),
  SIGHTLINE_SEGMENT_SECONDS: z.coerce
    .number({ error: 'must be a number of seconds' })
    .min(1, 'must be at least 1 s')
    .max(20, 'must be at most 20 s')
    .default(6),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'must be a level of pino')
    .default('info'),
});

/** What a recorder needs to know before it starts. */
export interface RecorderConfig extends StoreConfig {
  sfuUrl: string;
  /** Shared with the sfu: opens its `/recorder` namespace and verifies media tokens. */
  secret: string;
  /** Address and port of the media server; port 0 takes a free one. */
  host: string;
  port: number;
  /** With these it speaks TLS itself. */
  tls: CertificateFiles | undefined;
  /** Where browsers reach the media server; by default its own address. */
  publicUrl: string | undefined;
  /** Origins of the pages that may play recordings, and upload what agents recorded themselves. */
  dashboardOrigins: readonly string[];
  /** Everything that must survive a restart. */
  dataDir: string;
  /** How much room on the disk of the data folder is little, and how much too little. */
  diskMarks: DiskMarks;
  /** The operator's own Ed25519 private key, in PEM; by default the recorder makes one. */
  sealKeyFile: string | undefined;
  /** A segment is cut at the first key frame after this time. */
  segmentSeconds: number;
  logLevel: string;
}

/**
 * Reads the configuration from environment variables.
 *
 * @throws {ConfigError} that lists every bad variable, and says which are missing beyond loopback.
 */
export function readConfig(env: Record<string, string | undefined>): RecorderConfig {
  const read = loadConfig(variables, env);
  const problems = [...exposureProblems(read), ...storeProblems(read)];
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    sfuUrl: read.SIGHTLINE_SFU_URL,
    secret: read.SIGHTLINE_RECORDER_SECRET,
    host: read.SIGHTLINE_RECORDER_HOST,
    port: read.SIGHTLINE_RECORDER_PORT,
    tls: certificateFiles(read),
    publicUrl: read.SIGHTLINE_RECORDER_PUBLIC_URL,
    dashboardOrigins: read.SIGHTLINE_DASHBOARD_ORIGIN.map((url) => new URL(url).origin),
    dataDir: resolve(read.SIGHTLINE_DATA_DIR),
    diskMarks: {
      low: read.SIGHTLINE_DISK_LOW_WATER,
      clearing: read.SIGHTLINE_DISK_HIGH_WATER,
      full: read.SIGHTLINE_DISK_RESERVE,
    },
    ...storeConfig(read),
    sealKeyFile: read.SIGHTLINE_SEAL_KEY_FILE,
    segmentSeconds: read.SIGHTLINE_SEGMENT_SECONDS,
    logLevel: read.LOG_LEVEL,
  };
}

function exposureProblems(read: z.output<typeof variables>): string[] {
  const { SIGHTLINE_RECORDER_HOST: host, SIGHTLINE_RECORDER_PUBLIC_URL: publicUrl } = read;
  const problems = encryptionProblems('SIGHTLINE_RECORDER_HOST', host, read);
  if (publicUrl === undefined && (!isLoopback(host) || read.SIGHTLINE_TLS_CERT !== undefined)) {
    problems.push(
      'SIGHTLINE_RECORDER_PUBLIC_URL: is missing, set it to the address at which browsers reach the recorder, such as https://sightline.example:3001',
    );
  } else if (publicUrl?.startsWith('http:') === true && !isLoopback(new URL(publicUrl).hostname)) {
    problems.push(
      'SIGHTLINE_RECORDER_PUBLIC_URL: must be https, unless it is an address of this machine only',
    );
  }
  return problems;
}
