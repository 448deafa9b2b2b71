import { createStateMachine, type Clock, type RecordingState, type RunEndReason } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { PublishedProducer } from '../clients/events.ts';
import { startActiveRun, type ActiveRun } from './activeRun.ts';
import type { RecorderLink } from './recorderPool.ts';
import { SILENCE_LOOK_MS, STEADY_RUN_MS, restartDelayMs } from './restartPolicy.ts';

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
  pickRecorder: () => RecorderLink | undefined;
  enterRun: (runId: string, startedAtMs: number) => Promise<void>;
  /** Called when no more segments of the run are to come. */
  runEnded: (runId: string, endedAtMs: number, reason: RunEndReason) => void;
  stateChanged: () => void;
  alarm: (code: string, message: string) => void;
  segmentMs: number;
  clock: Clock;
  logger: Logger;
}

/** Keeps one full producer recorded: a run at a time, a new one whenever the last did not end on purpose. */
export interface TrackRecording {
  readonly published: PublishedProducer;
  readonly state: State;
  /** The run that flows. */
  readonly run: ActiveRun | undefined;
  /** The run that flows or is being started. */
  readonly runId: string | undefined;
  /** Begins a run, if a recorder is there and none is under way. */
  begin(): void;
  /** The recorder says that the present run is over. */
  runFailed(reason: RunEndReason, message: string): void;
  /** The recorder itself is gone. */
  recorderLost(): void;
  /** The producer is gone: no more runs. Resolves when the last one is durable. */
  end(reason: RunEndReason): Promise<void>;
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

  const dropRun = (): ActiveRun | undefined => {
    const dropped = run;
    run = undefined;
    runId = undefined;
    dropped?.close();
    return dropped;
  };
  const stopAtRecorder = async (ended: ActiveRun, reason: RunEndReason): Promise<void> => {
    const endedAtMs = clock.nowMs();
    try {
      await ended.recorder.stopRun(ended.runId);
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
  /** Begins when packets come again; the engine tells it only if it is asked. */
  const waitForPackets = (): void => {
    const number = attempt;
    let before: number | undefined;
    const look = async (): Promise<void> => {
      const received = await published.producer.packetsReceived();
      if (attempt !== number || machine.state !== 'silent') return;
      if (before !== undefined && received > before) {
        begin();
        return;
      }
      before = received;
      cancelRetry = clock.after(SILENCE_LOOK_MS, lookAgain);
    };
    const lookAgain = (): void => {
      look().catch((error: unknown) => {
        logger.debug({ err: error }, 'the stream ended while it was silent');
      });
    };
    lookAgain();
  };
  const start = async (recorder: RecorderLink, number: number): Promise<void> => {
    const stale = (): boolean => attempt !== number;
    try {
      const started = await startActiveRun({
        published,
        recorder,
        segmentMs: deps.segmentMs,
        clock,
        logger,
        enter: async (enteredId, startedAtMs) => {
          await deps.enterRun(enteredId, startedAtMs);
          if (!stale()) runId = enteredId;
        },
      });
      if (stale()) {
        started.close();
        await stopAtRecorder(started, 'stopped');
        return;
      }
      run = started;
      machine.handle('begun');
    } catch (error) {
      logger.warn({ err: error, code: 'run-start-failed' }, 'a run could not be started');
      if (stale()) return;
      if (runId !== undefined) deps.runEnded(runId, clock.nowMs(), 'start-failed');
      failed('run-start-failed', `The recording could not be started: ${String(error)}.`);
    }
  };
  const begin = (): void => {
    cancelRetry?.();
    if (!machine.accepts('begin')) return;
    const recorder = deps.pickRecorder();
    if (recorder === undefined) {
      machine.handle('recorder-missing');
      return;
    }
    machine.handle('begin');
    runId = undefined;
    attempt += 1;
    void start(recorder, attempt);
  };

  return {
    published,
    get state() {
      return machine.state;
    },
    get run() {
      return run;
    },
    get runId() {
      return runId;
    },
    begin,
    runFailed(reason, message) {
      if (runId === undefined) return;
      attempt += 1;
      deps.runEnded(runId, clock.nowMs(), reason);
      const ended = dropRun();
      if (reason === 'silent') {
        machine.handle('silence');
        waitForPackets();
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
    async end(reason) {
      attempt += 1;
      cancelRetry?.();
      machine.handle('end');
      const last = dropRun();
      if (last !== undefined) await stopAtRecorder(last, reason);
    },
  };
}
