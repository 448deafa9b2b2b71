import * as z from 'zod';
import type { StoreConfig } from './openStore.ts';

const HOUR_MS = 3_600_000;

/** What says where and how media is kept. */
export const storeVariables = {
  SIGHTLINE_ENCRYPTION_KEY: z.string().optional(),
  SIGHTLINE_ENCRYPTION_KEY_FILE: z.string().optional(),
  SIGHTLINE_S3_BUCKET: z.string().optional(),
  SIGHTLINE_S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be the URL of the object store, such as https://s3.example' })
    .optional(),
  SIGHTLINE_S3_REGION: z.string().default('us-east-1'),
  SIGHTLINE_S3_PREFIX: z
    .string()
    .regex(/^([^/]+\/)*$/, 'must end with a slash and not begin with one, such as sightline/')
    .default(''),
  SIGHTLINE_S3_LOCAL_HOURS: z.coerce
    .number({ error: 'must be a number of hours' })
    .min(0, 'must be a number of hours from 0')
    .max(24 * 365, 'must be at most a year')
    .default(24),
};

type StoreVariables = z.output<z.ZodObject<typeof storeVariables>>;

/** What of the variables cannot be. */
export function storeProblems(read: StoreVariables): string[] {
  const problems: string[] = [];
  if (read.SIGHTLINE_ENCRYPTION_KEY !== undefined && read.SIGHTLINE_ENCRYPTION_KEY_FILE !== undefined)
    problems.push('SIGHTLINE_ENCRYPTION_KEY: remove it, or SIGHTLINE_ENCRYPTION_KEY_FILE');
  if (read.SIGHTLINE_S3_ENDPOINT !== undefined && read.SIGHTLINE_S3_BUCKET === undefined)
    problems.push('SIGHTLINE_S3_BUCKET: is missing, set it to the bucket for recordings');
  return problems;
}

/** The store that the variables describe. */
export function storeConfig(read: StoreVariables): StoreConfig {
  const { SIGHTLINE_ENCRYPTION_KEY: keys, SIGHTLINE_ENCRYPTION_KEY_FILE: file } = read;
  const { SIGHTLINE_S3_BUCKET: bucket } = read;
  return {
    encryption: keys === undefined ? (file === undefined ? undefined : { file }) : { keys },
    s3:
      bucket === undefined
        ? undefined
        : {
            bucket,
            endpoint: read.SIGHTLINE_S3_ENDPOINT,
            region: read.SIGHTLINE_S3_REGION,
            prefix: read.SIGHTLINE_S3_PREFIX,
            localCopyMs: read.SIGHTLINE_S3_LOCAL_HOURS * HOUR_MS,
          },
  };
}
