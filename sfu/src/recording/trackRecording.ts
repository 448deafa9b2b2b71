import { createStateMachine, type Clock, type RecordingState, type RunEndReason } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { PublishedProducer } from '../clients/events.ts';
import { startActiveRun, type ActiveRun } from './activeRun.ts';
import type { FirstFrames } from './firstFrames.ts';
import { startHandOver, type HandOver } from './handOver.ts';
import { waitForPackets } from './packetsAgain.ts';
import type { RecorderLink } from './recorderPool.ts';
import { HAND_OVER_RETRY_MS, STEADY_RUN_MS, restartDelayMs } from './restartPolicy.ts';
import { refusalOf, type RunRefusal } from './runRefusal.ts';

type State = RecordingState | 'ended';
type Event = 'recorder-missing' | 'begin' | 'begun' | 'failed' | 'silence' | 'lost' | 'end';

const TABLE = {
  off: { begin: 'starting', 'recorder-missing': 'off', end: 'ended' },
  starting: { begun: 'recording', failed: 'failing', silence: 'silent', lost: 'off', end: 'ended' },
  recording: { failed: 'failing', silence: 'silent', lost: 'off', end: 'ended' },
  silent: { begin: 'starting', 'recorder-missing': 'off', lost: 'off', end: 'ended' },
  failing: { begin: 'starting', 'recorder-missing': 'off', lost: 'off', end: 'ended' },
  ended: {},
} as const;

/** What a track's recording needs from around it. */
export interface TrackRecordingDeps {
  /** The recorder for the next run, but none of those that have refused it. */
  pickRecorder: (refusedBy: ReadonlySet<RecorderLink>) => RecorderLink | undefined;
  /** The sound that goes with the pictures now. */
  pickSound: () => PublishedProducer | undefined;
  enterRun: (runId: string, startedAtMs: number, recorder: RecorderLink) => Promise<void>;
  /** Called when no more segments of the run are to come. */
  runEnded: (runId: string, endedAtMs: number, reason: RunEndReason) => void;
  /** A recorder does not take the run: its disk is full or slow, or it has too much to do. */
  refused: (reason: RunRefusal, recorder: RecorderLink) => void;
  stateChanged: () => void;
  alarm: (code: string, message: string) => void;
  segmentMs: number;
  firstFrames: FirstFrames;
  clock: Clock;
  logger: Logger;
}

/** Keeps one full producer recorded: a run at a time, a new one whenever the last did not end on purpose. */
export interface TrackRecording {
  readonly published: PublishedProducer;
  readonly state: State;
  /** The run that flows. */
  readonly run: ActiveRun | undefined;
  /** Whether this run flows, is being started, or is to take over from the one that flows. */
  owns(runId: string): boolean;
  /** A run that flows, or is about to. */
  activeRun(runId: string): ActiveRun | undefined;
  /** Begins a run, if a recorder is there and none is under way. */
  begin(): void;
  /** Other sound may go with it now: a run that has it takes over, for a run's sound cannot change. */
  soundChanged(): void;
  /** The recorder says that a run of this track is over. */
  runFailed(runId: string, reason: RunEndReason, message: string): void;
  /** The recorder itself is gone. */
  recorderLost(): void;
  /** The producer is gone: no more runs. Resolves when the last one is durable. @param untilMs see {@link RecorderLink.stopRun} */
  end(reason: RunEndReason, untilMs?: Promise<number | undefined>): Promise<void>;
}

/** Builds a {@link TrackRecording}; it does nothing until `begin`. */
export function createTrackRecording(published: PublishedProducer, deps: TrackRecordingDeps): TrackRecording {
  const { clock } = deps;
  const logger = deps.logger.child({ sessionId: published.session.sessionId, trackId: published.trackId });
  const machine = createStateMachine<State, Event>({
    table: TABLE,
    initial: 'off',
    onTransition: ({ from, to, event }) => {
      if (from === to) return;
      logger.info({ from, to, event, runId }, 'recording state');
      deps.stateChanged();
    },
  });
  let runId: string | undefined;
  let run: ActiveRun | undefined;
  let failures = 0;
  let attempt = 0;
  let cancelRetry: (() => void) | undefined;
  let handOver: HandOver | undefined;

  const cancelHandOver = (): void => {
    handOver?.cancel();
    handOver = undefined;
  };
  const dropRun = (): ActiveRun | undefined => {
    cancelHandOver();
    const dropped = run;
    run = undefined;
    runId = undefined;
    dropped?.close();
    return dropped;
  };
  const stopAtRecorder = async (
    ended: ActiveRun,
    reason: RunEndReason,
    untilMs?: Promise<number | undefined>,
  ): Promise<void> => {
    const endedAtMs = clock.nowMs();
    try {
      await ended.recorder.stopRun(ended.runId, await untilMs);
    } finally {
      deps.runEnded(ended.runId, endedAtMs, reason);
    }
  };
  const failed = (code: string, message: string): void => {
    failures += 1;
    const delayMs = restartDelayMs(failures);
    machine.handle('failed');
    deps.alarm(code, `${message} A new run begins in ${delayMs} ms.`);
    cancelRetry = clock.after(delayMs, begin);
  };
  const open = async (recorder: RecorderLink, entered: (runId: string) => void): Promise<ActiveRun> => {
    let enteredId: string | undefined;
    try {
      return await startActiveRun({
        published,
        sound: deps.pickSound(),
        recorder,
        segmentMs: deps.segmentMs,
        firstFrames: deps.firstFrames,
        clock,
        logger,
        enter: async (id, startedAtMs) => {
          await deps.enterRun(id, startedAtMs, recorder);
          enteredId = id;
          entered(id);
        },
      });
    } catch (error) {
      // Whoever waited for it may be gone: a run that stays open on record keeps its session from being closed.
      const reason = refusalOf(error) === 'disk-full' ? 'disk-full' : 'start-failed';
      if (enteredId !== undefined) deps.runEnded(enteredId, clock.nowMs(), reason);
      throw error;
    }
  };
  const start = async (
    recorder: RecorderLink,
    number: number,
    refusedBy: ReadonlySet<RecorderLink>,
  ): Promise<void> => {
    const stale = (): boolean => attempt !== number;
    try {
      const started = await open(recorder, (entered) => {
        if (!stale()) runId = entered;
      });
      if (stale()) {
        started.close();
        await stopAtRecorder(started, 'stopped');
        return;
      }
      run = started;
      machine.handle('begun');
      checkSound();
    } catch (error) {
      logger.warn({ err: error, code: 'run-start-failed' }, 'a run could not be started');
      if (stale()) return;
      const refusal = refusalOf(error);
      runId = undefined;
      if (refusal !== undefined) {
        deps.refused(refusal, recorder);
        const refusals = new Set([...refusedBy, recorder]);
        const next = deps.pickRecorder(refusals);
        if (next !== undefined) return start(next, number, refusals);
        failed(`run-${refusal}`, `No recorder takes the recording: ${String(error)}.`);
        return;
      }
      failed('run-start-failed', `The recording could not be started: ${String(error)}.`);
    }
  };
  const begin = (): void => {
    cancelRetry?.();
    if (!machine.accepts('begin')) return;
    const recorder = deps.pickRecorder(new Set());
    if (recorder === undefined) {
      machine.handle('recorder-missing');
      return;
    }
    machine.handle('begin');
    runId = undefined;
    attempt += 1;
    void start(recorder, attempt, new Set());
  };
  /** Sound that ends leaves its run as it is; only sound that comes needs another. */
  const checkSound = (): void => {
    const before = run;
    const sound = deps.pickSound();
    if (before === undefined || handOver !== undefined || sound === undefined) return;
    if (before.sound?.producer === sound.producer) return;
    const own = startHandOver({
      start: (entered) => open(before.recorder, entered),
      stop: (heir) => stopAtRecorder(heir, 'stopped'),
      taken(heir) {
        handOver = undefined;
        run = heir;
        runId = heir.runId;
        before.close();
        stopAtRecorder(before, 'stopped').catch(report);
        checkSound();
      },
      failed(error) {
        report(error);
        if (handOver !== own) return;
        handOver = undefined;
        cancelRetry = clock.after(HAND_OVER_RETRY_MS, checkSound);
      },
    });
    handOver = own;
  };
  const report = (error: unknown): void => {
    logger.warn({ err: error, code: 'run-hand-over' }, 'a run did not hand over as it should');
  };

  return {
    published,
    get state() {
      return machine.state;
    },
    get run() {
      return run;
    },
    owns: (id) => id === runId || id === handOver?.runId,
    activeRun: (id) => [run, handOver?.heir].find((each) => each?.runId === id),
    begin,
    soundChanged: checkSound,
    runFailed(id, reason, message) {
      if (id === handOver?.runId) {
        deps.runEnded(id, clock.nowMs(), reason);
        handOver.heir?.close();
        return;
      }
      if (runId === undefined || id !== runId) return;
      attempt += 1;
      deps.runEnded(runId, clock.nowMs(), reason);
      const ended = dropRun();
      if (reason === 'silent') {
        machine.handle('silence');
        cancelRetry = waitForPackets({ producer: published.producer, onPackets: begin, clock, logger });
        return;
      }
      if (ended !== undefined && clock.nowMs() - ended.startedAtMs >= STEADY_RUN_MS) failures = 0;
      failed(`run-${reason}`, message);
    },
    recorderLost() {
      attempt += 1;
      cancelRetry?.();
      if (runId !== undefined) deps.runEnded(runId, clock.nowMs(), 'recorder-lost');
      dropRun();
      machine.handle('lost');
    },
    async end(reason, untilMs) {
      attempt += 1;
      cancelRetry?.();
      machine.handle('end');
      const last = dropRun();
      if (last !== undefined) await stopAtRecorder(last, reason, untilMs);
    },
  };
}
