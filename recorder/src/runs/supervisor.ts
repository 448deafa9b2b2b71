import { ProtocolError, type Clock, type RunEndReason, type RunOrder, type Segment } from '@sightline/shared';
import type { Logger } from '@sightline/shared/node';
import type { RunDestination, RunEnd, RunInstance } from './runInstance.ts';
import type { SentFrame } from './segmentClock.ts';
import { runFolderOf } from '../store/runFolder.ts';

/** What a supervisor needs. */
export interface SupervisorDeps {
  createInstance: (order: RunOrder, onSegment: (segment: Segment) => void) => RunInstance;
  /** Announces a segment that is durable. */
  announce: (runId: string, segment: Segment) => void;
  /** Resolves when everything of a run that is over was acknowledged, or cannot be for now. */
  flush: (runId: string) => Promise<void>;
  /** Looks after a run whose end could not be written. */
  adopt: (runId: string) => Promise<void>;
  /** Tells the sfu of an end that it did not order. */
  reportEnd: (runId: string, end: Pick<RunEnd, 'reason' | 'message'>) => Promise<void>;
  clock: Pick<Clock, 'after'>;
  logger: Logger;
}

/** Holds the runs that are going on. It begins none by itself: a new run needs a new consumer, so the sfu orders it. */
export interface Supervisor {
  /** @throws {ProtocolError} */
  start(order: RunOrder): Promise<RunDestination>;
  /**
   * Resolves when the last segment is durable and announced.
   *
   * @param untilMs how long the last picture stood, in the sfu's time, if that is known.
   * @throws {ProtocolError} `unknown-run`
   */
  stop(runId: string, untilMs?: number): Promise<void>;
  addKeyFrame(runId: string, keyFrame: SentFrame): void;
  addFrame(runId: string, frame: SentFrame): void;
  /** Resolves when the run's ffmpeg knows the time of its sound. @throws {ProtocolError} `unknown-run`, `media-unavailable` */
  addSound(runId: string, packet: SentFrame): Promise<void>;
  /** Ends every run, without reporting it if the sfu is lost, and resolves when all are over. */
  endAll(message: string, reason?: 'recorder-lost' | 'disk-full'): Promise<void>;
  /** {@link Supervisor.endAll}, for ever: a start is refused from now on. */
  close(message: string): Promise<void>;
  /** Whether a run is going on in the track's folder. */
  isRecording(trackFolder: string): boolean;
  readonly size: number;
}

/** Ends that need no report: asked for by the sfu, seen by it as the loss of the connection, or the answer to `start-run`. */
const SILENT_ENDS: readonly RunEndReason[] = ['stopped', 'recorder-lost', 'start-failed'];

/** An end is reported by then, also if its disk hangs and what is left of the run cannot be written yet. */
const REPORT_MS = 10_000;

/** Builds a supervisor without runs. */
export function createSupervisor(deps: SupervisorDeps): Supervisor {
  const runs = new Map<string, { instance: RunInstance; trackFolder: string; over: Promise<void> }>();
  let closed = false;

  const runOf = (runId: string) => {
    const run = runs.get(runId);
    if (run === undefined) throw new ProtocolError('unknown-run', `Run ${runId} is not going on here.`);
    return run;
  };
  const settle = async (runId: string, instance: RunInstance): Promise<void> => {
    let reported: Promise<void> | undefined;
    const report = ({ reason, message }: Pick<RunEnd, 'reason' | 'message'>): Promise<void> => {
      if (SILENT_ENDS.includes(reason)) return Promise.resolve();
      const level = reason === 'silent' ? 'info' : 'warn';
      deps.logger[level]({ runId, reason, lastWords: message }, 'a run ended by itself');
      return deps.reportEnd(runId, { reason, message });
    };
    const begun = await instance.endBegun;
    const cancel = deps.clock.after(REPORT_MS, () => {
      reported = report(begun);
      // It is awaited, but perhaps much later.
      reported.catch(() => undefined);
    });
    const end = await instance.ended;
    cancel();
    runs.delete(runId);
    await (end.intact ? deps.flush(runId) : deps.adopt(runId));
    await (reported ?? report(end));
  };

  const endAll: Supervisor['endAll'] = async (message, reason = 'recorder-lost') => {
    await Promise.all(
      [...runs.values()].map(async ({ instance, over }) => {
        await instance.end(reason, message);
        await over;
      }),
    );
  };

  return {
    async start(order) {
      const { runId } = order;
      if (closed)
        throw new ProtocolError(
          'media-unavailable',
          'The recorder is shutting down; give the run to another.',
        );
      if (runs.has(runId)) {
        throw new ProtocolError(
          'bad-payload',
          `Run ${runId} is going on already; give each run an id of its own.`,
        );
      }
      const trackFolder = runFolderOf(order).split('/').slice(0, -1).join('/');
      const instance = deps.createInstance(order, (segment) => deps.announce(runId, segment));
      const over = settle(runId, instance).catch((error: unknown) => {
        deps.logger.error({ runId, err: error }, 'the end of a run could not be reported');
      });
      runs.set(runId, { instance, trackFolder, over });
      return instance.start();
    },
    async stop(runId, untilMs) {
      const run = runOf(runId);
      await run.instance.end('stopped', 'stop-run', untilMs);
      await run.over;
    },
    async addSound(runId, packet) {
      await runOf(runId).instance.addSound(packet);
    },
    addKeyFrame: (runId, keyFrame) => runs.get(runId)?.instance.addKeyFrame(keyFrame),
    addFrame: (runId, frame) => runs.get(runId)?.instance.addFrame(frame),
    endAll,
    close(message) {
      closed = true;
      return endAll(message);
    },
    isRecording: (trackFolder) => [...runs.values()].some((run) => run.trackFolder === trackFolder),
    get size() {
      return runs.size;
    },
  };
}
