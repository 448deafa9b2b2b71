import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { MediaProducer, RecordingTap } from '../media/types.ts';
import type { RecorderLink } from './recorderPool.ts';

/** Clocks of sound cards drift by up to 3 ms in this time. */
const ALIGN_MS = 30_000;
const RETRY_MS = 1_000;

/**
 * Lets sound flow to a run as soon as some comes and the recorder knows its time, and tells that time again and again, for
 * clocks drift. To be called when the run's first key frame has gone out. Ends with the tap.
 */
export function startSoundFeed(deps: {
  runId: string;
  producer: MediaProducer;
  tap: RecordingTap;
  recorder: RecorderLink;
  clock: Clock;
  logger: Logger;
}): void {
  const { runId, producer, tap, recorder, clock, logger } = deps;
  let cancelNext: (() => void) | undefined;
  let flowing = false;
  const isOver = (): boolean => ended;
  let ended = false;
  tap.onClosed(() => {
    ended = true;
    cancelNext?.();
  });

  const align = async (): Promise<void> => {
    const rtpTimestamp = await producer.nextPacket();
    if (rtpTimestamp === undefined || isOver()) return;
    await recorder.soundArrived(runId, rtpTimestamp, clock.nowMs());
    if (flowing || isOver()) return;
    flowing = true;
    await tap.resume();
  };
  const plan = (delayMs: number): void => {
    if (!ended) cancelNext = clock.after(delayMs, run);
  };
  const run = (): void => {
    align().then(
      () => plan(ALIGN_MS),
      (error: unknown) => {
        if (ended) return;
        logger.warn({ err: error, runId, code: 'sound-not-aligned' }, 'the recorder did not take sound');
        plan(RETRY_MS);
      },
    );
  };
  run();
}
