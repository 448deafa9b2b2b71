import { ConfigError, createLogger } from '@sightline/shared/node';
import { createRecorder, readConfig } from './index.ts';

const SHUTDOWN_MS = 10_000;

try {
  const config = readConfig(process.env);
  const logger = createLogger('recorder', config.logLevel);
  const recorder = await createRecorder(config, { logger });
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'shutting down');
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    recorder.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'the shutdown failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  const message = error instanceof ConfigError || !(error instanceof Error) ? String(error) : error.message;
  process.stderr.write(`The recorder cannot start. ${message}\n`);
  process.exitCode = 1;
}
