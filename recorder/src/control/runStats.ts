import { ProtocolError } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { SfuLink } from './sfuLink.ts';

/** Asks the sfu what it has sent to a run so far; undefined if it cannot be asked now. */
export async function askPacketsSent(
  request: SfuLink['request'],
  runId: string,
  logger: Logger,
): Promise<number | 'unknown-run' | undefined> {
  try {
    return (await request('run-stats', { runId })).packetsSent;
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'unknown-run') return 'unknown-run';
    logger.debug({ runId, err: error }, 'the sfu did not say what it sent');
    return undefined;
  }
}
