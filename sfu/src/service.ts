import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@sightline/shared';
import { createLogger, watchCertificate, type RunningService } from '@sightline/shared/node';
import { readConfig } from './config.ts';
import { openDatabase } from './db/database.ts';
import { createMediasoupEngine, type MediasoupEngine } from './media/engine.ts';
import type { MediaEngine } from './media/types.ts';
import { createSfu } from './sfu.ts';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Starts the sfu that the environment describes; resolves when it listens.
 *
 * @param fitEngine lets benchmarks send media in another way than browsers do.
 * @throws {ConfigError} that lists every bad variable, or the system's error, such as EADDRINUSE
 */
export async function startSfuService(
  env: Record<string, string | undefined>,
  fitEngine: (engine: MediasoupEngine) => MediaEngine = (engine) => engine,
): Promise<RunningService> {
  const config = readConfig(env);
  const logger = createLogger('sfu', config.LOG_LEVEL);
  const { exposure } = config;
  const certificate =
    exposure.tls && (await watchCertificate({ files: exposure.tls, clock: systemClock, logger }));
  const engine = await createMediasoupEngine({
    workers: config.SIGHTLINE_WORKERS,
    workerBin: config.SIGHTLINE_WORKER_BIN,
    mediaHost: config.SIGHTLINE_MEDIA_HOST,
    clock: systemClock,
    logger,
  });
  const sfu = await createSfu({
    engine: fitEngine(engine),
    database: await openDatabase({
      dataDir: config.SIGHTLINE_DATA_DIR,
      url: config.DATABASE_URL,
      logger,
    }),
    pages: { dashboard: join(projectRoot, 'dashboard/dist'), agent: join(projectRoot, 'agent/out/renderer') },
    exposure,
    certificate,
    serverSecret: config.SIGHTLINE_SERVER_SECRET,
    owner: {
      ownerEmail: config.SIGHTLINE_OWNER_EMAIL,
      ownerPassword: config.SIGHTLINE_OWNER_PASSWORD,
      companyName: config.SIGHTLINE_COMPANY_NAME,
      print: (text) => void process.stdout.write(text),
    },
    oidc: config.oidc,
    recorderSecret: config.SIGHTLINE_RECORDER_SECRET,
    segmentMs: config.SIGHTLINE_SEGMENT_SECONDS * 1_000,
    graceMs: config.SIGHTLINE_GRACE_SECONDS * 1_000,
    clock: systemClock,
    logger,
  });
  const address = await sfu.listen();
  logger.info({ address, publicOrigin: exposure.publicOrigin }, 'listening');
  return { close: () => sfu.close(), logger };
}
