import {
  TypedEmitter,
  type ExportJob,
  type MediaHold,
  type RecorderStatus,
  type recorderCommands,
  type RunEndReason,
  type RunOrder,
  type SessionClosing,
} from '@sightline/shared';
import type * as z from 'zod';
import type { Logger } from '@sightline/shared/node';

/** Weighs more than any number of runs. */
const REFUSING = 1_000_000;

/** Where a run's packets are to go. */
export type RunDestination = z.output<(typeof recorderCommands)['start-run']['response']>;

/** A connected recorder, as the sfu orders from it. */
export interface RecorderLink {
  readonly recorderId: string;
  /** Where browsers fetch its media, without a slash at the end. */
  readonly mediaBaseUrl: string;
  /** As it was last told. */
  readonly status: RecorderStatus;
  /** Resolves when ffmpeg listens. @throws {ProtocolError} */
  startRun(order: RunOrder): Promise<RunDestination>;
  /** Resolves when the run's last segment is durable. @param untilMs how long its last picture stood, if that is known. @throws {ProtocolError} */
  stopRun(runId: string, untilMs?: number): Promise<void>;
  /** Resolves when the ledger is in its manifest, sealed. @throws {ProtocolError} `unknown-session` if it has nothing of it */
  closeSession(closing: SessionClosing): Promise<void>;
  /** Resolves when it will not forget which of these sessions are held. @throws {ProtocolError} */
  holdMedia(sessions: MediaHold[]): Promise<void>;
  /** Resolves when its queue on disk has the export. @throws {ProtocolError} */
  startExport(job: ExportJob): Promise<void>;
  /** Resolves when nothing of the export is left. @throws {ProtocolError} */
  cancelExport(exportId: string): Promise<void>;
  /** A packet of the run's sound has arrived; resolves when sound may flow. @throws {ProtocolError} */
  soundArrived(runId: string, rtpTimestamp: number, atMs: number): Promise<void>;
  keyFrameSent(runId: string, rtpTimestamp: number, atMs: number): void;
  /** A frame of the run has come quicker than those before. */
  frameSent(runId: string, rtpTimestamp: number, atMs: number): void;
}

/** What happens to recorders. */
export type RecorderEvents = {
  ready: [link: RecorderLink];
  lost: [link: RecorderLink];
  'run-ended': [runId: string, reason: RunEndReason, message: string];
};

/** The recorders that are connected. */
export class RecorderPool {
  readonly events: TypedEmitter<RecorderEvents>;
  readonly #links = new Map<string, RecorderLink>();

  constructor(logger: Logger) {
    this.events = new TypedEmitter<RecorderEvents>((err, event) => {
      logger.error({ code: 'recorder-listener-failed', err, event }, 'a listener to recorder events threw');
    });
  }

  /** A recorder offers itself; one of the same id that was known before is taken as lost. */
  add(link: RecorderLink): void {
    const before = this.#links.get(link.recorderId);
    if (before !== undefined) this.remove(before);
    this.#links.set(link.recorderId, link);
    this.events.emit('ready', link);
  }

  remove(link: RecorderLink): void {
    if (this.#links.get(link.recorderId) !== link) return;
    this.#links.delete(link.recorderId);
    this.events.emit('lost', link);
  }

  isConnected(recorderId: string): boolean {
    return this.#links.has(recorderId);
  }

  /** A recorder that is connected. */
  find(recorderId: string): RecorderLink | undefined {
    return this.#links.get(recorderId);
  }

  /**
   * The recorder that takes the next run, if there is any left: the least loaded of those that admit runs. If none does,
   * one is asked all the same, for its refusal tells why nothing is recorded.
   *
   * @param runsAt how many runs this server has there; its own count may be older.
   */
  pick(
    runsAt: (link: RecorderLink) => number = () => 0,
    refusedBy: ReadonlySet<RecorderLink> = new Set(),
  ): RecorderLink | undefined {
    const rank = (link: RecorderLink): number =>
      (link.status.admission.open ? 0 : REFUSING) + Math.max(link.status.runs, runsAt(link));
    return [...this.#links.values()]
      .filter((link) => !refusedBy.has(link))
      .sort((a, b) => rank(a) - rank(b))[0];
  }
}
