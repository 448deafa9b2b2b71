import { ConfigError } from './config.ts';
import { createLogger, type Logger } from './logger.ts';

/** A started service. */
export interface RunningService {
  /** Ends it in good order: stops accepting, flushes, frees everything. */
  close(): Promise<void>;
  logger: Logger;
}

/** A service that has not shut down after this long is ended at once. */
const SHUTDOWN_DEADLINE_MS = 10_000;

/**
 * Runs a service as this process: starts it, ends it at SIGTERM or SIGINT (at once at a second one, or after
 * 10 s), and turns a failure to start into one log line and exit code 1.
 */
export async function runService(name: string, start: () => Promise<RunningService>): Promise<void> {
  let service: RunningService;
  try {
    service = await start();
  } catch (error) {
    const logger = createLogger(name, 'info');
    if (error instanceof ConfigError) logger.fatal({ code: error.code }, error.message);
    else logger.fatal({ err: error, code: codeOf(error) }, 'could not start');
    process.exit(1);
  }
  const { logger } = service;
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) {
      logger.warn({ signal, code: 'shutdown-forced' }, 'second signal: ending at once');
      process.exit(1);
    }
    stopping = true;
    logger.info({ signal }, 'shutting down');
    setTimeout(() => {
      logger.error({ code: 'shutdown-deadline' }, 'shutting down took too long: ending at once');
      process.exit(1);
    }, SHUTDOWN_DEADLINE_MS).unref();
    service.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error, code: 'shutdown-failed' }, 'shutting down failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'start-failed';
}
