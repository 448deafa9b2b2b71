import { randomUUID } from 'node:crypto';
import type { Clock, RunOrder, RunStats } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { PublishedProducer } from '../clients/events.ts';
import type { RecordingTap } from '../media/types.ts';
import type { FirstFrames } from './firstFrames.ts';
import { createKeyFrameScheduler } from './keyFrames.ts';
import type { RecorderLink } from './recorderPool.ts';
import { startSoundFeed } from './soundFeed.ts';

/** A run to which packets flow. */
export interface ActiveRun {
  readonly runId: string;
  readonly startedAtMs: number;
  readonly recorder: RecorderLink;
  /** The producer whose sound it has. */
  readonly sound: PublishedProducer | undefined;
  /** Resolves with true when the first key frame has gone out, with false if that can no longer happen. */
  readonly begun: Promise<boolean>;
  /** Packets of it were lost: asks for a key frame, as soon as none can be under way any more. */
  keyFrameNeeded(): void;
  /** What has gone out of its video. */
  stats(): Promise<RunStats>;
  /** Ends the flow of packets; the recorder is not told. May be called again. */
  close(): void;
}

/** What a run is made of. */
export interface ActiveRunOptions {
  published: PublishedProducer;
  /** The sound that goes with it. */
  sound: PublishedProducer | undefined;
  recorder: RecorderLink;
  segmentMs: number;
  firstFrames: FirstFrames;
  clock: Clock;
  logger: Logger;
  /** Called before the recorder is asked: the run has to be on record first. */
  enter: (runId: string, startedAtMs: number) => Promise<void>;
}

/**
 * Starts one run over a producer: taps, recorder's ports, key frames, packets, in the order in which nothing of
 * the first key frame is lost.
 *
 * @throws what the media engine or the recorder refused with; nothing is left open then.
 */
export async function startActiveRun(options: ActiveRunOptions): Promise<ActiveRun> {
  const { published, recorder, clock, logger } = options;
  const { client, router, producer } = published;
  const runId = randomUUID();
  const startedAtMs = clock.nowMs();
  await options.enter(runId, startedAtMs);
  const { promise: begun, resolve: resolveBegun } = Promise.withResolvers<boolean>();
  const tap = await router.createTap(producer.id);
  let soundTap: RecordingTap | undefined;
  tap.onClosed(() => {
    soundTap?.close();
    resolveBegun(false);
  });
  try {
    const sound = options.sound?.producer.closed === false ? options.sound : undefined;
    soundTap = await sound?.router.createTap(sound.producer.id);
    const { audio, ...video } = await recorder.startRun(orderOf(runId, published, tap, soundTap));
    await tap.connect(video);
    if (audio !== undefined) await soundTap?.connect({ host: video.host, ...audio });
    tap.onKeyFrame((rtpTimestamp) => {
      recorder.keyFrameSent(runId, rtpTimestamp, clock.nowMs());
      resolveBegun(true);
    });
    options.firstFrames.follow(tap, (rtpTimestamp, atMs) => recorder.frameSent(runId, rtpTimestamp, atMs));
    const keyFrames = createKeyFrameScheduler({
      tap,
      segmentMs: options.segmentMs,
      stagger: staggerOf(runId),
      uplinkBps: () => client.uplinkBps,
      clock,
      logger,
    });
    await tap.resume();
    if (sound !== undefined && soundTap !== undefined) {
      const feed = { runId, producer: sound.producer, tap: soundTap, recorder, clock, logger };
      void begun.then((flows) => {
        if (flows) startSoundFeed(feed);
      });
    }
    return {
      runId,
      startedAtMs,
      recorder,
      sound,
      begun,
      keyFrameNeeded: () => keyFrames.repair(),
      stats: async () => ({
        packetsSent: (await tap.stats()).packetsSent,
        pictureMs: keyFrames.pictureMs,
      }),
      close: () => tap.close(),
    };
  } catch (error) {
    tap.close();
    soundTap?.close();
    // The recorder may have begun although its answer did not come, or came too late.
    await recorder.stopRun(runId).catch((err: unknown) => {
      logger.debug({ err, runId }, 'the recorder had no such run to stop');
    });
    throw error;
  }
}

function orderOf(
  runId: string,
  { client, session, trackId, label }: PublishedProducer,
  tap: RecordingTap,
  soundTap: RecordingTap | undefined,
): RunOrder {
  const { userName, hostName } = client.machine;
  return {
    runId,
    companyId: client.companyId,
    userId: client.userId,
    userName,
    hostName,
    sessionId: session.sessionId,
    sessionStartedAtMs: session.startedAtMs,
    trackId,
    label,
    rtpParameters: tap.rtpParameters,
    ...(soundTap === undefined ? {} : { audio: { rtpParameters: soundTap.rtpParameters } }),
  };
}

/** A number from 0 to 1 that differs from run to run. */
const staggerOf = (runId: string): number => Number.parseInt(runId.slice(0, 4), 16) / 0xffff;
