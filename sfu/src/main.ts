import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@sightline/shared';
import { createLogger, loadConfig, runService } from '@sightline/shared/node';
import { configSchema } from './config.ts';
import { openDatabase } from './db/database.ts';
import { createMediasoupEngine } from './media/engine.ts';
import { createSfu } from './sfu.ts';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

await runService('sfu', async () => {
  const config = loadConfig(configSchema, process.env);
  const logger = createLogger('sfu', config.LOG_LEVEL);
  const engine = await createMediasoupEngine({
    workers: config.SIGHTLINE_WORKERS,
    workerBin: config.SIGHTLINE_WORKER_BIN,
    mediaHost: config.SIGHTLINE_MEDIA_HOST,
    clock: systemClock,
    logger,
  });
  const sfu = await createSfu({
    engine,
    database: await openDatabase(join(resolve(config.SIGHTLINE_DATA_DIR), 'sightline.sqlite')),
    pages: { dashboard: join(projectRoot, 'dashboard/dist'), agent: join(projectRoot, 'agent/out/renderer') },
    recorderSecret: config.SIGHTLINE_RECORDER_SECRET,
    segmentMs: config.SIGHTLINE_SEGMENT_SECONDS * 1_000,
    clock: systemClock,
    logger,
  });
  const address = await sfu.listen(config.SIGHTLINE_HOST, config.SIGHTLINE_PORT);
  logger.info(
    { address },
    'listening; this version has no accounts, so it answers on this machine only, and to everybody on it',
  );
  return { close: () => sfu.close(), logger };
});
