import {
  TypedEmitter,
  type Clock,
  type RecordingState,
  type RunEndReason,
  type RunStats,
  type Segment,
} from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { ClientDirectory } from '../clients/directory.ts';
import type { PublishedProducer } from '../clients/events.ts';
import type { RecordingsRepository } from '../db/recordings.ts';
import type { MediaProducer } from '../media/types.ts';
import { createFirstFrames } from './firstFrames.ts';
import { STILL_BPS } from './keyFrames.ts';
import { createLossRepair } from './lossRepair.ts';
import type { RecorderLink, RecorderPool } from './recorderPool.ts';
import type { SessionRecords } from './sessionRecords.ts';
import type { RunRefusal } from './runRefusal.ts';
import { createTrackRecording, type TrackRecording } from './trackRecording.ts';

/** Something about a recording that a person should know. */
export interface RecordingAlarm {
  companyId: string;
  groupId: string | null;
  sessionId: string;
  trackId: string;
  code: string;
  message: string;
  atMs: number;
}

/** What the coordinator tells others. */
export type CoordinatorEvents = {
  alarm: [alarm: RecordingAlarm];
  /** A recorder is going to have media of a session: the run is on record. */
  'run-entered': [sessionId: string, recorderId: string];
  /** A recorder did not take a run; whether another did is told by what is recorded. */
  'run-refused': [published: PublishedProducer, reason: RunRefusal, atMs: number];
};

/** Sees to it that every full producer is recorded while a recorder is there. */
export interface RecordingCoordinator {
  readonly events: TypedEmitter<CoordinatorEvents>;
  stateOf(sessionId: string, trackId: string): RecordingState;
  /** What has gone out to a run that is under way; undefined for any other. */
  statsOf(runId: string): Promise<RunStats | undefined>;
  /** Packets of a run were lost: asks for a key frame, which ends the damage, but not again and again. */
  keyFrameNeeded(runId: string): void;
  /** A segment is on record; of one that has holes, the agent may have kept what is missing. */
  segmentRecorded(runId: string, segment: Segment): void;
  /** Ends all runs; resolves when they are durable or could not be ended. */
  close(): Promise<void>;
}

/** Starts coordinating: follows the directory's producers and the pool's recorders. */
export function createRecordingCoordinator(deps: {
  directory: ClientDirectory;
  recorders: RecorderPool;
  repository: RecordingsRepository;
  sessions: SessionRecords;
  segmentMs: number;
  clock: Clock;
  logger: Logger;
}): RecordingCoordinator {
  const { directory, recorders, repository, clock, logger } = deps;
  const recordings = new Map<string, TrackRecording>();
  const ending = new Set<Promise<void>>();
  const firstFrames = createFirstFrames(deps);
  const lossRepair = createLossRepair(deps);
  const lastPictures = new WeakMap<TrackRecording, Promise<number | undefined>>();
  const events = new TypedEmitter<CoordinatorEvents>((err, event) => {
    logger.error({ code: 'coordinator-listener-failed', err, event }, 'a listener to recording events threw');
  });
  const written = (what: string) => (error: unknown) => {
    logger.error(
      { code: 'database-write-failed', err: error },
      `${what} could not be entered in the database`,
    );
  };

  const record = (published: PublishedProducer): void => {
    const { client, session, trackId, label, producer } = published;
    const { sessionId } = session;
    const recording = createTrackRecording(published, {
      segmentMs: deps.segmentMs,
      firstFrames,
      clock,
      logger,
      pickRecorder: (refusedBy) => recorders.pick(runsAt, refusedBy),
      pickSound: () => soundOf(published),
      refused: (reason, recorder) => {
        const { recorderId } = recorder;
        logger.warn({ sessionId, trackId, recorderId, code: `run-${reason}` }, 'a recorder takes no run');
        events.emit('run-refused', published, reason, clock.nowMs());
      },
      enterRun: async (runId, startedAtMs, { recorderId }) => {
        await deps.sessions.written(sessionId);
        await repository.addRun({
          runId,
          sessionId,
          trackId,
          label,
          startedAtMs,
          source: 'live',
          recorderId,
        });
        events.emit('run-entered', sessionId, recorderId);
      },
      runEnded: (runId, endedAtMs, reason) => {
        repository.endRun(runId, endedAtMs, reason).catch(written('the end of a run'));
      },
      stateChanged: () => directory.events.emit('updated', client),
      alarm: (code, message) => {
        events.emit('alarm', {
          companyId: client.companyId,
          groupId: client.groupId,
          sessionId,
          trackId,
          code,
          message,
          atMs: clock.nowMs(),
        });
      },
    });
    recordings.set(producer.id, recording);
    recording.begin();
  };
  const end = (recording: TrackRecording, reason: RunEndReason): void => {
    const ended: Promise<void> = recording
      .end(reason, lastPictures.get(recording))
      .catch((error: unknown) => {
        logger.warn({ err: error, code: 'run-stop-failed' }, 'the recorder did not confirm the end of a run');
      })
      .finally(() => ending.delete(ended));
    ending.add(ended);
  };
  const ofRun = (runId: string): TrackRecording | undefined =>
    [...recordings.values()].find((recording) => recording.owns(runId));
  const runsAt = (recorder: RecorderLink): number =>
    [...recordings.values()].filter(({ run }) => run?.recorder === recorder).length;

  directory.events.on('producer-added', (published) => {
    if (published.source === 'full') record(published);
    if (published.source !== 'audio') return;
    for (const recording of recordings.values()) {
      if (recording.published.session === published.session) recording.soundChanged();
    }
  });
  directory.events.on('unshared', ({ producer }) => {
    const recording = recordings.get(producer.id);
    if (recording !== undefined)
      lastPictures.set(recording, lastPictureUntil(producer, clock.nowMs(), logger));
  });
  directory.events.on('producer-removed', ({ producer }, reason) => {
    const recording = recordings.get(producer.id);
    recordings.delete(producer.id);
    if (recording !== undefined) end(recording, reason === 'worker-died' ? 'worker-died' : 'stopped');
  });
  recorders.events.on('ready', () => {
    for (const recording of recordings.values()) recording.begin();
  });
  recorders.events.on('lost', (link) => {
    for (const recording of recordings.values()) {
      if (recording.state === 'starting' || recording.run?.recorder === link) recording.recorderLost();
      recording.begin();
    }
  });
  recorders.events.on('run-ended', (runId, reason, message) => {
    ofRun(runId)?.runFailed(runId, reason, message);
  });

  return {
    events,
    stateOf(sessionId, trackId) {
      for (const { published, state } of recordings.values()) {
        if (published.session.sessionId === sessionId && published.trackId === trackId && state !== 'ended') {
          return state;
        }
      }
      return 'off';
    },
    async statsOf(runId) {
      return ofRun(runId)?.activeRun(runId)?.stats();
    },
    keyFrameNeeded(runId) {
      ofRun(runId)?.activeRun(runId)?.keyFrameNeeded();
    },
    segmentRecorded(runId, segment) {
      const recording = ofRun(runId);
      if (recording !== undefined) lossRepair.segmentRecorded(recording.published, segment);
    },
    async close() {
      for (const recording of recordings.values()) end(recording, 'stopped');
      recordings.clear();
      await Promise.all(ending);
    },
  };
}

/**
 * How long the last picture of a stream stood that its agent ends now: until now, if the agent was there and nothing moved.
 * Where something moved, pictures may be on their way that will not come any more.
 */
async function lastPictureUntil(
  producer: MediaProducer,
  nowMs: number,
  logger: Logger,
): Promise<number | undefined> {
  try {
    const { bitrateBps, senderThere } = await producer.activity();
    return senderThere && bitrateBps < STILL_BPS ? nowMs : undefined;
  } catch (error) {
    logger.debug({ err: error }, 'the stream ended before it could be looked at');
    return undefined;
  }
}

/** The sound that goes with a display: what was captured with it, or else what the session has. */
function soundOf({ client, session, trackId }: PublishedProducer): PublishedProducer | undefined {
  const sounds = client.published.filter(
    (other) => other.source === 'audio' && other.session === session && !other.producer.closed,
  );
  return sounds.find((sound) => sound.trackId === trackId) ?? sounds[0];
}
