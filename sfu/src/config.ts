import { availableParallelism } from 'node:os';
import * as z from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);

/** The environment of the sfu. Every variable has a default but the secret. */
export const configSchema = z.object({
  /** Address of HTTP and signaling. Only loopback, for this version has no accounts. */
  SIGHTLINE_HOST: z
    .enum(['127.0.0.1', 'localhost', '::1'], 'only 127.0.0.1, localhost or ::1: there are no accounts yet')
    .default('127.0.0.1'),
  SIGHTLINE_PORT: port.default(3000),
  /** Address on which media is received, and which clients are told. */
  SIGHTLINE_MEDIA_HOST: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  /** Folder of the database. */
  SIGHTLINE_DATA_DIR: z.string().default('./data'),
  /** The mediasoup-worker binary; the package's own when unset. */
  SIGHTLINE_WORKER_BIN: z.string().optional(),
  SIGHTLINE_WORKERS: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  /** Shared with the recorders: proves who they are and signs media URLs. */
  SIGHTLINE_RECORDER_SECRET: z.string().min(16, 'must have at least 16 characters'),
  /** How long a recorded segment is when the picture allows it. */
  SIGHTLINE_SEGMENT_SECONDS: z.coerce.number().min(1).max(15).default(6),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
