import { randomUUID } from 'node:crypto';
import type { Clock } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { PublishedProducer } from '../clients/events.ts';
import type { RecordingTap } from '../media/types.ts';
import { createKeyFrameScheduler } from './keyFrames.ts';
import type { RecorderLink } from './recorderPool.ts';

/** A run to which packets flow. */
export interface ActiveRun {
  readonly runId: string;
  readonly startedAtMs: number;
  readonly recorder: RecorderLink;
  readonly tap: RecordingTap;
  /** Ends the flow of packets; the recorder is not told. May be called again. */
  close(): void;
}

/**
 * Starts one run over a producer: tap, recorder's ports, key frames, packets, in the order in which nothing of
 * the first key frame is lost.
 *
 * @throws what the media engine or the recorder refused with; nothing is left open then.
 */
export async function startActiveRun(options: {
  published: PublishedProducer;
  recorder: RecorderLink;
  segmentMs: number;
  clock: Clock;
  logger: Logger;
  /** Called before the recorder is asked: the run has to be on record first. */
  enter: (runId: string, startedAtMs: number) => Promise<void>;
}): Promise<ActiveRun> {
  const { published, recorder, clock, logger } = options;
  const { client, session, trackId, label, router, producer } = published;
  const runId = randomUUID();
  const startedAtMs = clock.nowMs();
  await options.enter(runId, startedAtMs);
  const tap = await router.createTap(producer.id);
  try {
    const target = await recorder.startRun({
      runId,
      companyId: client.companyId,
      userId: client.userId,
      userName: client.machine.userName,
      hostName: client.machine.hostName,
      sessionId: session.sessionId,
      sessionStartedAtMs: session.startedAtMs,
      trackId,
      label,
      rtpParameters: tap.rtpParameters,
    });
    await tap.connect(target);
    tap.onKeyFrame((rtpTimestamp) => recorder.keyFrameSent(runId, rtpTimestamp, clock.nowMs()));
    createKeyFrameScheduler({
      tap,
      segmentMs: options.segmentMs,
      stagger: staggerOf(runId),
      uplinkBps: () => client.uplinkBps,
      clock,
      logger,
    });
    await tap.resume();
  } catch (error) {
    tap.close();
    // The recorder may have begun although its answer did not come, or came too late.
    await recorder.stopRun(runId).catch((err: unknown) => {
      logger.debug({ err, runId }, 'the recorder had no such run to stop');
    });
    throw error;
  }
  return { runId, startedAtMs, recorder, tap, close: () => tap.close() };
}

/** A number from 0 to 1 that differs from run to run. */
const staggerOf = (runId: string): number => Number.parseInt(runId.slice(0, 4), 16) / 0xffff;
