import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';

/** Losses come in swarms. */
const INTERVAL_MS = 1_000;

/** Asks for a key frame whenever it is called, but not more than once a second. */
export function createKeyFrameNeed(deps: {
  request: () => Promise<unknown>;
  clock: Clock;
  logger: Logger;
}): () => void {
  const { clock, logger } = deps;
  let lastMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock.nowMs() - lastMs < INTERVAL_MS) return;
    lastMs = clock.nowMs();
    logger.warn({ code: 'packets-lost' }, 'packets of the video were lost on their way to the recorder');
    deps.request().catch((error: unknown) => {
      logger.warn({ err: error }, 'the sfu could not be asked for a key frame');
    });
  };
}
