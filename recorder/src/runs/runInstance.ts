import {
  createStateMachine,
  type Clock,
  type recorderCommands,
  type RunEndReason,
  type RunOrder,
  type RunStats,
  type Segment,
} from '@sightline/shared';
import type * as z from 'zod';
import type { Logger } from '@sightline/shared/node';
import type { Recording, RecordingEngine } from '../ffmpeg/engine.ts';
import { opusPayloadType, recordedCodec, rtcpPortsOf } from '../ffmpeg/sdp.ts';
import type { Manifests } from '../evidence/manifests.ts';
import { openRunOf, type OpenRuns } from '../store/openRuns.ts';
import { createRunFolder, runFolderOf } from '../store/runFolder.ts';
import type { SegmentStore } from '../store/segmentStore.ts';
import { createLipSync, type LipSync } from './lipSync.ts';
import { enterRun } from './runEntry.ts';
import { openRunJournal, type RunJournal } from './runJournal.ts';
import { RUN_TRANSITIONS, type RunState } from './runStates.ts';
import { createSegmentClock, type SentFrame } from './segmentClock.ts';
import { createSegmentCollector, type SegmentCollector } from './segmentCollector.ts';
import { createSingleFlight, type SingleFlight } from './singleFlight.ts';
import { createStallDetector } from './stallDetector.ts';
import { watchVideo, type VideoWatch } from './videoWatch.ts';
import { isDiskFull, saysDiskFull, toProtocolError } from './writeFailure.ts';

const TICK_MS = 1_000;
const STALL_MS = 5_000;
/** A disk that hangs for longer has cost more than a new run will. */
const DISK_STALL_MS = 60_000;
/** How often in a row the sfu must say that it has no such run: it enters a new one only after its start. */
const DISOWNED_ROUNDS = 10;

/** How a run ended. */
export interface RunEnd {
  reason: RunEndReason;
  message: string;
  /** Everything is durable and in the manifest; otherwise the rest has to be adopted. */
  intact: boolean;
}

/** What a run instance needs. */
export interface RunInstanceDeps {
  engine: RecordingEngine;
  recordingsDir: string;
  openRuns: OpenRuns;
  store: SegmentStore;
  manifests: Manifests;
  segmentSeconds: number;
  clock: Clock;
  logger: Logger;
  /** Hands over a segment that is durable. */
  onSegment: (segment: Segment) => void;
  /** What the sfu has sent to the run so far; undefined if it cannot be asked now. */
  runStats: () => Promise<RunStats | 'unknown-run' | undefined>;
  /** Asks the sfu for a key frame. */
  requestKeyFrame: () => Promise<unknown>;
}

/** Where the sfu is to send a run's packets: the answer to `start-run`. */
export type RunDestination = z.output<(typeof recorderCommands)['start-run']['response']>;

/** One ffmpeg over one producer, once. */
export interface RunInstance {
  readonly state: RunState;
  /** Resolves when ffmpeg listens. @throws {ProtocolError} and is over then. */
  start(): Promise<RunDestination>;
  addKeyFrame(keyFrame: SentFrame): void;
  /** See {@link SegmentClock.addFrame}. */
  addFrame(frame: SentFrame): void;
  /** See {@link LipSync.addSound}. @throws {ProtocolError} */
  addSound(packet: SentFrame): Promise<void>;
  /**
   * Ends the run; the first reason counts. Resolves when the last segment is durable. Idempotent.
   *
   * @param untilMs how long the last picture stood, in the sfu's time, if that is known.
   */
  end(reason: RunEndReason, message: string, untilMs?: number): Promise<void>;
  /** Resolves when the run begins to end, however that comes about: where the disk hangs, that may take long. */
  readonly endBegun: Promise<Pick<RunEnd, 'reason' | 'message'>>;
  /** Resolves when the run is over. */
  readonly ended: Promise<RunEnd>;
}

/** Builds the instance of one run that the sfu ordered. */
export function createRunInstance(order: RunOrder, deps: RunInstanceDeps): RunInstance {
  const { clock, openRuns, store } = deps;
  const logger = deps.logger.child({ runId: order.runId });
  const machine = createStateMachine({
    table: RUN_TRANSITIONS,
    initial: 'starting',
    onTransition: ({ from, to }) => logger.info({ from, to }, 'run'),
  });
  const segmentClock = createSegmentClock();
  const stalls = createStallDetector({ stallMs: STALL_MS, diskMs: DISK_STALL_MS });
  const { promise: endBegun, resolve: beginEnd } = Promise.withResolvers<RunEnd>();
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<RunEnd>();
  let journal: RunJournal | undefined;
  let recording: Recording | undefined;
  let collector: SegmentCollector | undefined;
  let stopTicking = (): void => undefined;
  /** One begins the next. */
  let rounds: SingleFlight[] = [];
  let disownedRounds = 0;
  let lipSync: LipSync | undefined;
  let starting: Promise<RunDestination> | undefined;
  let ending: Promise<void> | undefined;

  const observe = async (video: VideoWatch, closing: SingleFlight): Promise<void> => {
    const { needsMore } = stalls;
    const asked = needsMore ? deps.runStats() : undefined;
    const grew = await video.look();
    closing.start();
    if (grew && machine.state === 'listening') machine.handle('grows');
    const waitsForDisk = needsMore && (await recording?.waitsForDisk()) === true;
    const answer = await asked;
    disownedRounds = answer === 'unknown-run' ? disownedRounds + 1 : 0;
    if (disownedRounds >= DISOWNED_ROUNDS)
      void end('recorder-lost', 'The sfu does not know the run any more.');
    const sent = answer === 'unknown-run' ? undefined : answer;
    const stalledMs = stalls.observe({ nowMs: clock.nowMs(), grew, sent, waitsForDisk });
    if (stalledMs !== undefined)
      void end('stalled', `Packets went out, but the file did not grow for ${stalledMs} ms.`);
  };
  const cannotBeWritten = (error: unknown): void => {
    logger.error({ err: error }, 'the recording cannot be written');
    const reason = isDiskFull(error) ? 'disk-full' : 'ffmpeg-exited';
    void end(reason, `The recording cannot be written: ${messageOf(error)}`);
  };

  const start = async (): Promise<RunDestination> => {
    const { rtpParameters, audio } = order;
    const { mimeType } = recordedCodec(rtpParameters);
    if (audio !== undefined) opusPayloadType(audio.rtpParameters);
    const relative = runFolderOf(order);
    const folder = await createRunFolder(deps.recordingsDir, relative);
    const ports = await deps.engine.allocatePorts({ audio: audio !== undefined });
    const rtcpPort = await deps.engine.rtcpSinkPort();
    const run = openRunOf(order, mimeType, rtcpPortsOf(ports));
    const entry = await enterRun(run, { openRuns, logger });
    const entries = await openRunJournal(deps.manifests, run);
    journal = entries;
    await entries.begin();
    const job = { folder: folder.path, segmentSeconds: deps.segmentSeconds, rtpParameters };
    recording = await deps.engine.record(audio === undefined ? job : { ...job, audio }, ports);
    lipSync = createLipSync({ recording, clock: segmentClock, logger });
    const video = watchVideo({
      ...{ recording, folder, clock, logger },
      firstOpen: () => collector?.firstOpen ?? 0,
      codec: mimeType,
      hasAudio: audio !== undefined,
      requestKeyFrame: deps.requestKeyFrame,
      rememberLoss: (index) => entry.lost(index),
    });
    const segments = createSegmentCollector({
      folder,
      store,
      async enter(segment) {
        await entries.addSegment(segment);
        entry.closed(video.losses.firstLost);
      },
      anchor: (anchorMs) => entry.anchor(anchorMs),
      clock: segmentClock,
      logger,
      onSegment: deps.onSegment,
      losses: video.losses,
      cutTornEnd: (path) => deps.engine.cutTornEnd(path),
    });
    collector = segments;
    void recording.ended.then(({ failed, lastWords }) => {
      if (!failed) return end('silent', 'No packets came any more.');
      return end(saysDiskFull(lastWords) ? 'disk-full' : 'ffmpeg-exited', lastWords);
    });
    machine.handle('listens');
    // Not one work: on a slow disk it takes long to close segments.
    const closing = createSingleFlight(() => segments.collect(video.newestPart), cannotBeWritten);
    const watching = createSingleFlight(() => observe(video, closing), cannotBeWritten);
    rounds = [watching, closing];
    stopTicking = clock.every(TICK_MS, () => watching.start());
    return {
      host: ports.host,
      rtpPort: ports.video.rtpPort,
      rtcpPort,
      ...(ports.audio === undefined ? {} : { audio: { rtpPort: ports.audio.rtpPort, rtcpPort } }),
    };
  };

  const finish = async (
    reason: RunEndReason,
    message: string,
    untilMs: number | undefined,
  ): Promise<void> => {
    stopTicking();
    await recording?.stop();
    for (const round of rounds) await round.idle();
    // An ffmpeg that had to be killed may not have written the last picture.
    const wroteAll = (await recording?.ended)?.failed === false;
    await collector?.finish(wroteAll ? untilMs : undefined);
    await journal?.end(reason, message);
  };
  const end = (reason: RunEndReason, message: string, untilMs?: number): Promise<void> => {
    ending ??= (async () => {
      // What is still starting is let finish: a process that is half there cannot be ended.
      await starting?.catch(() => undefined);
      machine.handle('end');
      const over: RunEnd = { reason, message: message.slice(-2_000), intact: true };
      beginEnd(over);
      try {
        await finish(reason, over.message, untilMs);
      } catch (error) {
        over.intact = false;
        logger.error({ err: error }, 'the end of the run could not be written; it will be adopted');
      } finally {
        await journal?.close().catch((error: unknown) => {
          logger.error({ err: error }, 'the manifest could not be sealed; the next to open it does so');
        });
        machine.handle('closed');
        resolveEnded(over);
      }
    })();
    return ending;
  };

  return {
    get state() {
      return machine.state;
    },
    endBegun,
    ended,
    addKeyFrame(keyFrame) {
      segmentClock.addKeyFrame(keyFrame);
      lipSync?.addKeyFrame(keyFrame);
    },
    addFrame: (frame) => segmentClock.addFrame(frame),
    async addSound(packet) {
      await lipSync?.addSound(packet);
    },
    end,
    start: () =>
      (starting ??= start().catch((error: unknown) => {
        // Not awaited: the end waits for this very start to have failed.
        void end('start-failed', messageOf(error));
        const told = toProtocolError(error);
        if (told !== error) logger.error({ err: error }, 'the recording cannot be written');
        throw told;
      })),
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
