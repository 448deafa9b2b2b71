import { ProtocolError, type RunStats } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { SfuLink } from './sfuLink.ts';

/** Asks the sfu what it has sent to a run so far; undefined if it cannot be asked now. */
export async function askRunStats(
  request: SfuLink['request'],
  runId: string,
  logger: Logger,
): Promise<RunStats | 'unknown-run' | undefined> {
  try {
    return await request('run-stats', { runId });
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'unknown-run') return 'unknown-run';
    logger.debug({ runId, err: error }, 'the sfu did not say what it sent');
    return undefined;
  }
}
