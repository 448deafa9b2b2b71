import { createStateMachine, type Clock, type RecordingState, type RunEndReason } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { PublishedProducer } from '../clients/events.ts';
import { startActiveRun, type ActiveRun } from './activeRun.ts';
import type { RecorderLink } from './recorderPool.ts';
import { STEADY_RUN_MS, restartDelayMs } from './restartPolicy.ts';

type State = RecordingState | 'ended';
type Event = 'recorder-missing' | 'begin' | 'begun' | 'failed' | 'lost' | 'end';

const TABLE = {
  off: { begin: 'starting', 'recorder-missing': 'off', end: 'ended' },
  starting: { begun: 'recording', failed: 'failing', lost: 'off', end: 'ended' },
  recording: { failed: 'failing', lost: 'off', end: 'ended' },
  failing: { begin: 'starting', 'recorder-missing': 'off', lost: 'off', end: 'ended' },
  ended: {},
} as const;

/** What a track's recording needs from around it. */
export interface TrackRecordingDeps {
  pickRecorder: () => RecorderLink | undefined;
  enterRun: (runId: string, startedAtMs: number) => Promise<void>;
  runEnded: (runId: string, reason: RunEndReason) => void;
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
  readonly run: ActiveRun | undefined;
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
      logger.info({ from, to, event, runId: run?.runId }, 'recording state');
      deps.stateChanged();
    },
  });
  let run: ActiveRun | undefined;
  let failures = 0;
  let attempt = 0;
  let cancelRetry: (() => void) | undefined;

  const dropRun = (reason: RunEndReason): ActiveRun | undefined => {
    const dropped = run;
    run = undefined;
    dropped?.close();
    if (dropped !== undefined) deps.runEnded(dropped.runId, reason);
    return dropped;
  };
  const failed = (code: string, message: string): void => {
    failures += 1;
    const delayMs = restartDelayMs(failures);
    machine.handle('failed');
    deps.alarm(code, `${message} A new run begins in ${delayMs} ms.`);
    cancelRetry = clock.after(delayMs, begin);
  };
  const start = async (recorder: RecorderLink, number: number): Promise<void> => {
    let entered: string | undefined;
    const stale = (): boolean => attempt !== number;
    try {
      const started = await startActiveRun({
        published,
        recorder,
        segmentMs: deps.segmentMs,
        clock,
        logger,
        enter: async (runId, startedAtMs) => {
          await deps.enterRun(runId, startedAtMs);
          entered = runId;
        },
      });
      if (stale()) {
        started.close();
        deps.runEnded(started.runId, 'stopped');
        await recorder.stopRun(started.runId);
        return;
      }
      run = started;
      machine.handle('begun');
    } catch (error) {
      if (entered !== undefined) deps.runEnded(entered, 'start-failed');
      if (stale()) return;
      logger.warn({ err: error, code: 'run-start-failed' }, 'a run could not be started');
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
    begin,
    runFailed(reason, message) {
      const ended = dropRun(reason);
      if (ended === undefined) return;
      if (clock.nowMs() - ended.startedAtMs >= STEADY_RUN_MS) failures = 0;
      failed(`run-${reason}`, message);
    },
    recorderLost() {
      attempt += 1;
      cancelRetry?.();
      dropRun('recorder-lost');
      machine.handle('lost');
    },
    async end(reason) {
      attempt += 1;
      cancelRetry?.();
      machine.handle('end');
      const last = dropRun(reason);
      if (last !== undefined) await last.recorder.stopRun(last.runId);
    },
  };
}
