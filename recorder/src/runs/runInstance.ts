import {
  createStateMachine,
  type Clock,
  type RunEndReason,
  type RunOrder,
  type Segment,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { Recording, RecordingEngine } from '../ffmpeg/engine.ts';
import type { RtpDestination } from '../ffmpeg/sdp.ts';
import { recordedCodec } from '../ffmpeg/sdp.ts';
import type { OpenRuns } from '../store/openRuns.ts';
import { createRunFolder, runFolderOf, type RunFolder } from '../store/runFolder.ts';
import { openRunIndex, type RunIndexWriter } from '../store/runIndex.ts';
import { RUN_TRANSITIONS, type RunState } from './runStates.ts';
import { createSegmentClock, type KeyFrame } from './segmentClock.ts';
import { createSegmentCollector, type SegmentCollector } from './segmentCollector.ts';
import { createStallDetector } from './stallDetector.ts';

const TICK_MS = 1_000;
const STALL_MS = 5_000;
/** How often in a row the sfu must say that it has no such run: it enters a new one only after its start. */
const DISOWNED_ROUNDS = 10;

/** How a run ended. */
export interface RunEnd {
  reason: RunEndReason;
  message: string;
  /** Everything is durable and in the index; otherwise the next start has to adopt the rest. */
  intact: boolean;
}

/** What a run instance needs. */
export interface RunInstanceDeps {
  engine: RecordingEngine;
  recordingsDir: string;
  openRuns: OpenRuns;
  segmentSeconds: number;
  clock: Clock;
  logger: Logger;
  /** Hands over a segment that is durable. */
  onSegment: (segment: Segment) => void;
  /** What the sfu has sent to the run so far; undefined if it cannot be asked now. */
  packetsSent: () => Promise<number | 'unknown-run' | undefined>;
}

/** One ffmpeg over one producer, once. */
export interface RunInstance {
  readonly state: RunState;
  /** Resolves when ffmpeg listens. @throws {ProtocolError} and is over then. */
  start(): Promise<RtpDestination>;
  addKeyFrame(keyFrame: KeyFrame): void;
  /** Ends the run; the first reason counts. Resolves when the last segment is durable. Idempotent. */
  end(reason: RunEndReason, message: string): Promise<void>;
  /** Resolves when the run is over, however that came about. */
  readonly ended: Promise<RunEnd>;
}

/** Builds the instance of one run that the sfu ordered. */
export function createRunInstance(order: RunOrder, deps: RunInstanceDeps): RunInstance {
  const { clock, openRuns } = deps;
  const logger = deps.logger.child({ runId: order.runId });
  const machine = createStateMachine({
    table: RUN_TRANSITIONS,
    initial: 'starting',
    onTransition: ({ from, to }) => logger.info({ from, to }, 'run'),
  });
  const segmentClock = createSegmentClock();
  const stalls = createStallDetector({ stallMs: STALL_MS });
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<RunEnd>();
  let index: RunIndexWriter | undefined;
  let recording: Recording | undefined;
  let collector: SegmentCollector | undefined;
  let stopTicking = (): void => undefined;
  let round: Promise<void> | undefined;
  let disownedRounds = 0;
  let starting: Promise<RtpDestination> | undefined;
  let ending: Promise<void> | undefined;

  const observe = async (segments: SegmentCollector): Promise<void> => {
    const asked = stalls.needsPacketsSent ? deps.packetsSent() : undefined;
    const grew = await segments.collect();
    if (grew && machine.state === 'listening') machine.handle('grows');
    const answer = await asked;
    disownedRounds = answer === 'unknown-run' ? disownedRounds + 1 : 0;
    if (disownedRounds >= DISOWNED_ROUNDS)
      void end('recorder-lost', 'The sfu does not know the run any more.');
    const packetsSent = answer === 'unknown-run' ? undefined : answer;
    const stalled = stalls.observe({ nowMs: clock.nowMs(), grew, packetsSent });
    if (stalled) void end('stalled', `Packets went out, but the file did not grow for ${STALL_MS} ms.`);
  };
  const tick = (segments: SegmentCollector): void => {
    round ??= observe(segments)
      .catch((error: unknown) => {
        logger.error({ err: error }, 'the recording cannot be written');
        void end('ffmpeg-exited', `The recording cannot be written: ${messageOf(error)}`);
      })
      .finally(() => (round = undefined));
  };

  const start = async (): Promise<RtpDestination> => {
    const { mimeType } = recordedCodec(order.rtpParameters);
    const relative = runFolderOf(order);
    const folder = await createRunFolder(deps.recordingsDir, relative);
    const ports = await deps.engine.allocatePorts();
    await openRuns.add({ runId: order.runId, folder: relative, rtcpPort: ports.rtcpPort });
    index = await openIndex(folder, order, mimeType);
    const { rtpParameters } = order;
    recording = await deps.engine.record(
      { rtpParameters, folder: folder.path, segmentSeconds: deps.segmentSeconds },
      ports,
    );
    const { onSegment } = deps;
    const segments = createSegmentCollector({ folder, index, clock: segmentClock, logger, onSegment });
    collector = segments;
    void recording.ended.then(({ failed, lastWords }) =>
      failed ? end('ffmpeg-exited', lastWords) : end('silent', 'No packets came any more.'),
    );
    machine.handle('listens');
    stopTicking = clock.every(TICK_MS, () => tick(segments));
    return recording.destination;
  };

  const finish = async (reason: RunEndReason, message: string): Promise<void> => {
    stopTicking();
    await recording?.stop();
    await round;
    await collector?.finish();
    await index?.append({ type: 'end', reason, message, atMs: clock.nowMs() });
  };
  const end = (reason: RunEndReason, message: string): Promise<void> => {
    ending ??= (async () => {
      // What is still starting is let finish: a process that is half there cannot be ended.
      await starting?.catch(() => undefined);
      machine.handle('end');
      const over: RunEnd = { reason, message: message.slice(-2_000), intact: true };
      try {
        await finish(reason, over.message);
      } catch (error) {
        over.intact = false;
        logger.error({ err: error }, 'the end of the run could not be written; the next start adopts it');
      } finally {
        await index?.close();
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
    ended,
    addKeyFrame: (keyFrame) => segmentClock.addKeyFrame(keyFrame),
    end,
    start: () =>
      (starting ??= start().catch((error: unknown) => {
        // Not awaited: the end waits for this very start to have failed.
        void end('start-failed', messageOf(error));
        throw error;
      })),
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function openIndex(folder: RunFolder, order: RunOrder, codec: string): Promise<RunIndexWriter> {
  const { runId, companyId, userId, sessionId, sessionStartedAtMs, trackId } = order;
  const ids = { runId, companyId, userId, sessionId, trackId };
  const index = await openRunIndex(folder.indexPath);
  await index.append({ type: 'header', version: 1, ...ids, sessionStartedAtMs, codec });
  return index;
}
