import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { MediaProducer } from '../media/types.ts';
import { SILENCE_LOOK_MS } from './restartPolicy.ts';

/**
 * Calls `onPackets` once when packets of a producer that was silent come again; the engine tells it only if it is asked.
 *
 * @returns gives up waiting
 */
export function waitForPackets(deps: {
  producer: Pick<MediaProducer, 'packetsReceived'>;
  onPackets: () => void;
  clock: Clock;
  logger: Logger;
}): () => void {
  const { producer, clock, logger } = deps;
  let before: number | undefined;
  let cancelled = false;
  let cancelNext: (() => void) | undefined;
  const isOver = (): boolean => cancelled;

  const look = async (): Promise<void> => {
    const received = await producer.packetsReceived();
    if (isOver()) return;
    if (before !== undefined && received > before) {
      deps.onPackets();
      return;
    }
    before = received;
    cancelNext = clock.after(SILENCE_LOOK_MS, lookAgain);
  };
  const lookAgain = (): void => {
    look().catch((error: unknown) => {
      logger.debug({ err: error }, 'the stream ended while it was silent');
    });
  };
  lookAgain();
  return () => {
    cancelled = true;
    cancelNext?.();
  };
}
